import { createHash } from 'node:crypto';
import { microsPerDay } from '../../domain/time.ts';
import type { Batch } from '../store.ts';
import { isVersion } from './commit.ts';
import { pack, unpack } from './compression.ts';
import type { Item } from './database.ts';
import { Conflict } from './failures.ts';
import { droppedKey, listOf } from './keys.ts';
import { type Moment, tombstoneExpiry } from './moment.ts';
import { indexes } from './tables.ts';
import { untilCommitted } from './until-committed.ts';
import type { WriteContext } from './write-context.ts';

/** Of one instance of the SDK: by reason its greatest count, and when it last reported it. */
type Counts = ReadonlyMap<string, { readonly count: number; readonly receivedMicros: number }>;

/** Keeps the greatest count of each instance and reason. */
export async function saveDropped(
  context: WriteContext,
  project: string,
  { instance, counts }: NonNullable<Batch['dropped']>,
): Promise<void> {
  if (Object.keys(counts).length === 0) return;
  const hash = createHash('sha256').update(JSON.stringify(instance)).digest('base64url').slice(0, 22);
  const key = droppedKey(project, hash);
  await untilCommitted(context, async () => {
    const moment = context.moment(project);
    const stored = await context.database.get('traces', key);
    const before = countsOf(stored);
    const after = new Map(before);
    for (const [reason, count] of Object.entries(counts)) {
      const greatest = Math.max(before.get(reason)?.count ?? 0, count);
      after.set(reason, { count: greatest, receivedMicros: moment.nowMicros });
    }
    // SDKs repeat their counts with each batch. Which day it was is all that retention asks.
    if ([...after].every(([reason, now]) => isSame(before.get(reason), now))) return;
    const version = (stored?.['v'] as number | undefined) ?? 0;
    const item: Item = {
      trace_id: key,
      v: version + 1,
      project_id: listOf.dropped(project),
      start_time: hash,
      expires_at: tombstoneExpiry(moment.nowMicros, moment),
      b: pack(Array.from(after, ([reason, { count, receivedMicros }]) => [reason, count, receivedMicros])),
    };
    if (!(await context.database.put('traces', item, isVersion(version)))) throw new Conflict(false);
  });
}

type Count = { readonly count: number; readonly receivedMicros: number };

const isSame = (before: Count | undefined, after: Count): boolean =>
  before !== undefined && before.count === after.count && dayOf(before) === dayOf(after);

const dayOf = ({ receivedMicros }: Count): number => Math.ceil(receivedMicros / microsPerDay);

function countsOf(item: Item | undefined): Counts {
  if (item === undefined) return new Map();
  const rows = unpack(item['b'] as Uint8Array) as [reason: string, count: number, receivedMicros: number][];
  return new Map(rows.map(([reason, count, receivedMicros]) => [reason, { count, receivedMicros }]));
}

/** The project's counts by reason, in order, over the instances that have reported within the retention. */
export async function readDropped(
  { database }: WriteContext,
  project: string,
  { cutoffMicros }: Moment,
): Promise<Record<string, number>> {
  const keys: string[] = [];
  for await (const item of database.query('traces', {
    index: indexes.time,
    hash: ['project_id', listOf.dropped(project)],
  }))
    keys.push(item['trace_id'] as string);
  const sums = new Map<string, number>();
  for (const item of (await database.getAll('traces', keys, false)).values())
    for (const [reason, { count, receivedMicros }] of countsOf(item))
      if (receivedMicros > cutoffMicros) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
