import { differingFields, highestRank } from './merge.ts';
import { type Fields, type Merged, rankOf, revOf } from './record.ts';

/**
 * The record that a `PATCH …/complete` adds, or undefined when it says nothing new: what is equal to the merged record is
 * dropped; what remains forms a finished record of the highest stored rev + 1. The end is now only if none is given or
 * stored. So the same PATCH repeats harmlessly until another write intervenes.
 */
export function completion(stored: Merged | undefined, fields: Fields, now: string): Merged | undefined {
  // A completion is about the end: it does not move the start, and what it completes is not running.
  const { start_time: _start, status, ...others } = fields;
  const said = status === undefined || status === 'running' ? others : { ...others, status };
  const record = stored ?? { rank: 0, ranks: {}, fields: {} };
  const end = said['end_time'] ?? record.fields['end_time'];
  const remaining = differingFields(record, end === undefined ? { ...said, end_time: now } : said);
  if (remaining === undefined) return undefined;
  return { rank: rankOf(true, revOf(highestRank(record)) + 1), ranks: {}, fields: remaining };
}
