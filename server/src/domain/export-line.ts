import type { ScoreRecord, SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { type Merged, rankOf, revOf } from './record.ts';

/**
 * One line of an export: a record as it is read, with what it takes to restore it by sending it again.
 *
 * What is computed stays in, for whoever only reads the file; ingest ignores it.
 */
export function exportLine(
  kind: 'trace' | 'span' | 'score',
  view: TraceRecord | SpanRecord | ScoreRecord,
  record: Merged | undefined,
): string {
  // A trace that no record was ever sent of is all computed from its spans. Sent again it would become a record of its own.
  if (record === undefined) return `${JSON.stringify({ kind, ...view, is_derived: true })}\n`;
  return `${JSON.stringify({ kind, ...view, ...revisionOf(record) })}\n`;
}

// What a client may send; PATCH can go beyond.
const greatestRev = 2 ** 31 - 1;

/**
 * The greatest rev that any of its fields came from, where it is not the one that ingest assumes. With it, a late resend of
 * what the record was merged from changes nothing in the restored one either.
 */
function revisionOf({ rank, ranks, fields }: Merged): { rev?: number } {
  const rev = Math.min(greatestRev, revOf(Math.max(rank, ...Object.values(ranks))));
  const assumed = revOf(rankOf(fields['end_time'] !== undefined, fields['end_time'] === undefined ? 0 : 1));
  return rev === assumed ? {} : { rev };
}
