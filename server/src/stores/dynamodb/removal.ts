import { microsOf, microsPerDay } from '../../domain/time.ts';
import { commitEmptied, commitForgotten, commitTombstone } from './commit.ts';
import { chunks, inParallel } from './concurrency.ts';
import { isLive, type WholeHead } from './head.ts';
import { idOfKey, labelKey, listOf, objectPrefix, partKey, readPlace, scoresKey, spanKey, traceKey } from './keys.ts';
import { readScores } from './scores.ts';
import { indexes } from './tables.ts';
import { untilCommitted } from './until-committed.ts';
import type { WriteContext } from './write-context.ts';

/**
 * Removing a trace:
 *
 * 1. A tombstone takes the place of its head, which takes it out of the sums too: from here on no reader sees any of it, and no
 *    writer can commit to it. It still lists the spans.
 * 2. Items and payloads go, of spans only while they are of this trace: another may have taken an id meanwhile.
 * 3. The tombstone lists nothing any more.
 *
 * Cut short, it is finished by being asked for again. A writer that was under way meets the tombstone when it commits, and
 * removes what it has put.
 */
export async function bury(
  context: WriteContext,
  project: string,
  traceId: string,
  tombstoneFor: (head: WholeHead) => 'deleted' | 'expired' | undefined,
): Promise<WholeHead> {
  const load = async (): Promise<WholeHead> =>
    (await context.heads.loadWhole(project, [traceId], context.moment(project))).get(traceId) as WholeHead;
  const before = await untilCommitted(context, async () => {
    const head = await load();
    const state = tombstoneFor(head);
    if (state !== undefined) await commitTombstone(context, project, head, state);
    return head;
  });
  await removeContent(context, project, traceId);
  return before;
}

/** Removes what a tombstone still lists, and what no head could list. */
async function removeContent(context: WriteContext, project: string, traceId: string): Promise<void> {
  const { database, contents, heads } = context;
  const moment = context.moment(project);
  const head = (await heads.loadWhole(project, [traceId], moment)).get(traceId) as WholeHead;
  if (head.state !== 'deleted' && head.state !== 'expired') return;
  // Asked for again, a deletion looks once more: a writer may have died since, after it put what it could not commit.
  if (head.isEmptied && head.state !== 'deleted') return;

  await inParallel([...head.slots.keys()], async (spanId) => {
    await database.delete('spans', spanKey(project, spanId), {
      expression: 'attribute_not_exists(span_id) OR t = :t',
      values: { ':t': traceId },
    });
  });
  const parts = head.pages.map(({ id }) => partKey(project, traceId, 'ledger', id));
  for await (const item of database.query('spans', {
    index: indexes.trace,
    hash: ['trace_id', traceKey(project, traceId)],
  }))
    parts.push(item['span_id'] as string);
  await inParallel([...new Set(parts)], async (key) => {
    await database.delete('spans', key);
  });
  if (head.hasScores) await database.delete('traces', scoresKey(project, traceId));
  // What has expired goes by the bucket's own rule: to list a prefix costs as much as eight write units.
  if (head.state === 'deleted') await contents.removeObjects(objectPrefix(project, traceId));
  if (!head.isEmptied) await commitEmptied(context, project, head);
}

/** Deletes a trace and leaves a tombstone; false where there is nothing to delete. */
export async function deleteTrace(context: WriteContext, project: string, traceId: string): Promise<boolean> {
  const { cutoffMicros, forgottenMicros } = context.moment(project);
  const before = await bury(context, project, traceId, (head) => (isLive(head, cutoffMicros) ? 'deleted' : undefined));
  return isLive(before, cutoffMicros) || (before.state === 'deleted' && before.retentionMicros > forgottenMicros);
}

/** How many traces are removed side by side. */
const tracesAtOnce = 8;

/**
 * Deletes the traces whose user this is now. What has expired and pruning has not met yet goes too: readers do not see it, but
 * it is the user's.
 */
export async function deleteUser(context: WriteContext, project: string, userId: string): Promise<number> {
  const { cutoffMicros } = context.moment(project);
  const found: string[] = [];
  for await (const item of context.database.query('traces', {
    index: indexes.user,
    hash: ['user_key', labelKey(project, userId)],
  }))
    found.push(idOfKey(item['trace_id'] as string));
  return buryAll(context, project, found, (head) => {
    if (head.state !== 'live' || head.record?.fields['user_id'] !== userId) return undefined;
    return isLive(head, cutoffMicros) ? 'deleted' : 'expired';
  });
}

/** Removes the project's expired traces; says how many. */
export async function pruneTraces(context: WriteContext, project: string): Promise<number> {
  const { cutoffMicros } = context.moment(project);
  const expired: string[] = [];
  for await (const item of context.database.query('traces', {
    index: indexes.time,
    hash: ['project_id', listOf.traces(project)],
  })) {
    const { traceId, retentionDay } = readPlace(item['start_time'] as string);
    if (retentionDay * microsPerDay <= cutoffMicros) expired.push(traceId);
  }
  return buryAll(context, project, expired, (head) =>
    head.state === 'live' && !isLive(head, cutoffMicros) ? 'expired' : undefined,
  );
}

async function buryAll(
  context: WriteContext,
  project: string,
  traceIds: readonly string[],
  tombstoneFor: (head: WholeHead) => 'deleted' | 'expired' | undefined,
): Promise<number> {
  let count = 0;
  for (const part of chunks(traceIds, tracesAtOnce))
    await inParallel(part, async (traceId) => {
      if (tombstoneFor(await bury(context, project, traceId, tombstoneFor)) !== undefined) count += 1;
    });
  return count;
}

/** Forgets feedback whose trace never came. */
export async function pruneStubs(context: WriteContext, project: string): Promise<void> {
  const { database, contents, heads } = context;
  const moment = context.moment(project);
  const found: string[] = [];
  for await (const item of database.query('traces', {
    index: indexes.time,
    hash: ['project_id', listOf.stubs(project)],
  })) {
    const { startTime, traceId } = readPlace(item['start_time'] as string);
    if (microsOf(startTime) <= moment.cutoffMicros) found.push(traceId);
  }
  for (const traceId of found)
    await untilCommitted(context, async () => {
      const head = await heads.loadOne(project, traceId, moment);
      if (head.state !== 'stub') return;
      const stored = await readScores(
        contents,
        { project, traceId },
        await database.get('traces', scoresKey(project, traceId)),
      );
      await commitForgotten(context, project, head, stored);
    });
}
