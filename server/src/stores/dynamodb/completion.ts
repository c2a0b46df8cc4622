import type { Fields } from '../../domain/record.ts';
import { isLive } from './head.ts';
import { spanKey } from './keys.ts';
import { spanCompletion, traceCompletion } from './operations.ts';
import { write } from './write.ts';
import type { WriteContext } from './write-context.ts';

/** Completes a span; false where there is none that can be read. */
export async function completeSpan(
  context: WriteContext,
  project: string,
  spanId: string,
  fields: Fields,
): Promise<boolean> {
  const moment = context.moment(project);
  const item = await context.database.get('spans', spanKey(project, spanId));
  if (item === undefined) return false;
  const traceId = item['t'] as string;
  const head = (await context.heads.loadWhole(project, [traceId], moment)).get(traceId);
  if (head === undefined || !isLive(head, moment.cutoffMicros) || !head.slots.has(spanId)) return false;
  const [outcome] = await write(context, project, [spanCompletion(traceId, spanId, fields, moment.nowMicros)]);
  return outcome === 'stored';
}

/** Completes a trace; false where there is none that can be read. */
export async function completeTrace(
  context: WriteContext,
  project: string,
  traceId: string,
  fields: Fields,
): Promise<boolean> {
  const moment = context.moment(project);
  const head = await context.heads.loadOne(project, traceId, moment);
  if (!isLive(head, moment.cutoffMicros)) return false;
  const [outcome] = await write(context, project, [traceCompletion(traceId, fields, moment.nowMicros)]);
  return outcome === 'stored';
}
