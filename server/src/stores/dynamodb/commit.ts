import type { Fields } from '../../domain/record.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { timeOf } from '../../domain/time.ts';
import { tracePayloadFields } from '../../domain/view.ts';
import { pack } from './compression.ts';
import { inParallel } from './concurrency.ts';
import { type Content, largestInItem } from './contents.ts';
import type { Condition, Item, TransactItem } from './database.ts';
import { conditionInput } from './database.ts';
import { Conflict } from './failures.ts';
import { type Head, type Version, versionOf, type WholeHead } from './head.ts';
import { encodeHead, type HeadContent } from './head-codec.ts';
import { labelKey, listOf, partKey, placeOf, scoresKey, traceKey } from './keys.ts';
import { layOut } from './ledger-layout.ts';
import { contentExpiry, headExpiry, type Moment, retentionDayOf, tombstoneExpiry } from './moment.ts';
import type { TraceChange } from './plan.ts';
import { type RecordHead, splitRecord } from './record-codec.ts';
import { type StoredScores, scoresItem } from './scores.ts';
import { addingSums, addSums, type DaySums, daySumsOf } from './sums.ts';
import type { WriteContext } from './write-context.ts';

/** What one trace's commit writes, all of it or nothing. */
interface Unit {
  readonly traceId: string;
  readonly head: Item | undefined;
  /** What must hold of the head that stands there. */
  readonly condition: Condition;
  readonly scores: { readonly item: Item; readonly condition: Condition } | undefined;
  readonly sums: ReadonlyMap<number, DaySums>;
  /** Items that were written for this commit, and those that nothing refers to any more after it. */
  readonly added: readonly string[];
  readonly obsolete: readonly string[];
}

/** DynamoDB allows 100 items and 4 MB in a transaction; each trace is up to two items, the days' sums some more. */
const unitsAtOnce = 40;

/**
 * Commits changes of traces: heads on condition of their versions, together with the sums that follow from them. Rejects with
 * `Conflict` where a trace was changed by somebody else; some of the traces may then be committed, each whole.
 */
export async function commit(
  context: WriteContext,
  project: string,
  changes: readonly TraceChange[],
  payloads: ReadonlyMap<string, Fields | undefined>,
): Promise<void> {
  const moment = context.moment(project);
  const units: Unit[] = [];
  await inParallel(changes, async (change) => {
    const unit = await unitOf(context, project, moment, change, payloads.get(change.before.traceId));
    if (unit !== undefined) units.push(unit);
  });
  await commitUnits(context, project, moment, units);
}

/** Commits a tombstone for a trace, and takes it out of the sums. */
export async function commitTombstone(
  context: WriteContext,
  project: string,
  before: WholeHead,
  state: 'deleted' | 'expired',
): Promise<void> {
  const moment = context.moment(project);
  const sheet = new RollupSheet();
  const version = versionOf(before);
  if (version !== undefined) sheet.takeOut(version.share);
  const item = tombstoneItem(project, moment, before, {
    state,
    retentionMicros: moment.nowMicros,
    // What is still to be removed.
    slots: [...before.slots.values()].filter(({ entry }) => before.inHead.has(entry.spanId)),
    pages: before.pages,
    hasScores: before.hasScores,
  });
  await commitUnits(context, project, moment, [
    {
      traceId: before.traceId,
      head: item,
      condition: isVersion(before.version),
      scores: undefined,
      sums: daySumsOf(sheet.changes()),
      added: [],
      obsolete: [],
    },
  ]);
}

/** Says of a tombstone that nothing is left of its trace. */
export async function commitEmptied(context: WriteContext, project: string, before: WholeHead): Promise<boolean> {
  const { retentionMicros, state } = before;
  const item = tombstoneItem(project, context.moment(project), before, {
    state: state as 'deleted' | 'expired',
    retentionMicros,
    slots: [],
    pages: [],
    isEmptied: true,
  });
  return context.database.put('traces', item, isVersion(before.version));
}

/** Forgets the scores of a stub that were received before the cutoff; and the stub, where no score is left. */
export async function commitForgotten(
  context: WriteContext,
  project: string,
  stub: Head,
  stored: StoredScores,
): Promise<void> {
  const { database, contents } = context;
  const { names } = database;
  const moment = context.moment(project);
  const kept = [...stored.scores].filter(([, { receivedMicros }]) => receivedMicros > moment.cutoffMicros);
  if (stub.hasScores && kept.length === stored.scores.size) return;
  const owner = { project, traceId: stub.traceId };
  const [headKey, itemKey] = [
    { trace_id: traceKey(project, stub.traceId) },
    { trace_id: scoresKey(project, stub.traceId) },
  ];
  const [headCondition, condition] = [
    conditionInput(isVersion(stub.version)),
    conditionInput(isVersion(stored.version)),
  ];
  if (kept.length === 0) {
    await database.transact([
      { Delete: { TableName: names.traces, Key: headKey, ...headCondition } },
      ...(stub.hasScores ? [{ Delete: { TableName: names.traces, Key: itemKey, ...condition } }] : []),
    ]);
    return;
  }
  const scores = { version: stored.version + 1, scores: new Map(kept) };
  const item = await scoresItem(contents, owner, scores, tombstoneExpiry(moment.nowMicros, moment));
  await database.transact([
    { ConditionCheck: { TableName: names.traces, Key: headKey, ...headCondition } },
    { Put: { TableName: names.traces, Item: item, ...condition } },
  ]);
}

const tombstoneItem = (project: string, moment: Moment, before: WholeHead, content: HeadContent): Item => ({
  trace_id: traceKey(project, before.traceId),
  v: before.version + 1,
  expires_at: tombstoneExpiry(content.retentionMicros, moment),
  b: encodeHead(content),
});

export const isVersion = (version: number): Condition =>
  version === 0
    ? { expression: 'attribute_not_exists(trace_id)' }
    : { expression: 'v = :v', values: { ':v': version } };

async function commitUnits(
  context: WriteContext,
  project: string,
  moment: Moment,
  units: readonly Unit[],
): Promise<void> {
  // What changes no total need not be in step with the sums: a plain put costs half.
  const plain = units.filter(({ sums, scores }) => sums.size === 0 && scores === undefined);
  const together = units.filter((unit) => !plain.includes(unit));
  const failed: Unit[] = [];
  let failure: { readonly error: unknown } | undefined;
  const attempt = async (part: readonly Unit[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed.push(...part);
      failure ??= { error };
    }
  };
  await inParallel(plain, ({ traceId, head, condition, ...unit }) =>
    attempt([{ traceId, head, condition, ...unit }], async () => {
      if (!(await context.database.put('traces', head as Item, condition))) throw new Conflict(false);
    }),
  );
  for (let first = 0; first < together.length; first += unitsAtOnce) {
    const part = together.slice(first, first + unitsAtOnce);
    await attempt(part, () => context.database.transact(transactionOf(context, project, moment, part)));
  }
  if (failure !== undefined && failure.error instanceof Conflict && failure.error.isCollision) context.shards.spread();
  const done = units.filter((unit) => !failed.includes(unit));
  for (const { traceId } of done) context.changed(project, traceId);
  // Nothing refers to these. What a crash leaves of them goes with the trace, or by its date.
  const isCertain = failure === undefined || failure.error instanceof Conflict;
  const leftOver = [
    ...done.flatMap(({ obsolete }) => obsolete),
    ...(isCertain ? failed.flatMap(({ added }) => added) : []),
  ];
  await inParallel(leftOver, (key) =>
    context.database.delete('spans', key).then(
      () => {},
      () => {},
    ),
  );
  if (failure !== undefined) throw failure.error;
}

function transactionOf(context: WriteContext, project: string, moment: Moment, units: readonly Unit[]): TransactItem[] {
  const { names } = context.database;
  const days = new Map<number, DaySums>();
  for (const { sums } of units)
    for (const [day, change] of sums) {
      const before = days.get(day);
      days.set(day, before === undefined ? change : addSums(before, change));
    }
  const shard = context.shards.pick();
  return [
    ...units.flatMap(({ traceId, head, condition, scores }): TransactItem[] => [
      head === undefined
        ? {
            ConditionCheck: {
              TableName: names.traces,
              Key: { trace_id: traceKey(project, traceId) },
              ...conditionInput(condition),
            },
          }
        : { Put: { TableName: names.traces, Item: head, ...conditionInput(condition) } },
      ...(scores === undefined
        ? []
        : [{ Put: { TableName: names.traces, Item: scores.item, ...conditionInput(scores.condition) } }]),
    ]),
    ...[...days].flatMap(([day, change]) =>
      Object.values(change).every((sum) => sum === 0n)
        ? []
        : [addingSums(context.database, project, day, change, shard, moment)],
    ),
  ];
}

/** What a change of a trace writes; undefined where it comes to nothing: every span was refused and there is no record. */
async function unitOf(
  context: WriteContext,
  project: string,
  moment: Moment,
  change: TraceChange,
  storedPayload: Fields | undefined,
): Promise<Unit | undefined> {
  const { before, record, scores } = change;
  const after = versionOf(change);
  if (after === undefined && record === undefined && scores === undefined) return undefined;
  const hasScores = before.hasScores || scores !== undefined;
  const owner = { project, traceId: before.traceId };
  const expiresAt =
    after === undefined ? tombstoneExpiry(moment.nowMicros, moment) : headExpiry(change.retentionMicros, moment);
  const written = scores && {
    item: await scoresItem(context.contents, owner, scores, expiresAt),
    condition: isVersion(scores.version - 1),
  };
  const base = { traceId: before.traceId, condition: isVersion(before.version), scores: written };
  const isHeadSame =
    record === before.record &&
    !change.isRecordChanged &&
    change.slots === before.slots &&
    hasScores === before.hasScores;
  const hasMoved =
    after !== undefined && (before.state !== 'live' || change.retentionMicros !== before.retentionMicros);
  if (isHeadSame && !hasMoved) return { ...base, head: undefined, sums: new Map(), added: [], obsolete: [] };

  const layout = layOut(before, change.slots);
  await inParallel(layout.added, async ({ page, slots, blob }) => {
    await context.database.put('spans', {
      span_id: partKey(project, before.traceId, 'ledger', page.id),
      // No head may ever list it, if we stop here: so that deletion finds it.
      trace_id: traceKey(project, before.traceId),
      b: blob,
      expires_at: contentExpiry(change.retentionMicros, moment),
    });
    context.heads.keep(project, before.traceId, page.id, slots);
  });
  const { head: recordHead, payload } =
    record === undefined ? { head: undefined, payload: undefined } : splitRecord(record, tracePayloadFields);
  const placed =
    change.isRecordChanged && JSON.stringify(payload) !== JSON.stringify(storedPayload)
      ? payload && (await context.contents.placePayload(owner, payload, expiresAt))
      : before.payload;
  const content: HeadContent = {
    ...(after === undefined
      ? { state: 'stub', retentionMicros: before.state === 'stub' ? before.retentionMicros : moment.nowMicros }
      : { state: 'live', retentionMicros: change.retentionMicros }),
    record: recordHead && (await placeRecord(context, owner, recordHead)),
    payload: placed,
    slots: layout.inHead,
    pages: layout.pages,
    summary: layout.pages.length === 0 ? undefined : after?.state,
    hasScores,
  };
  const payloadKeys = (of: Content | undefined) =>
    of?.at === 'item' ? [partKey(project, before.traceId, 'payload', of.id)] : [];
  const isReplaced = placed !== before.payload;
  return {
    ...base,
    head: {
      trace_id: traceKey(project, before.traceId),
      v: before.version + 1,
      expires_at: expiresAt,
      ...(after === undefined
        ? stubPlace(project, before, content)
        : livePlace(project, before, content, after, recordHead?.f)),
      b: encodeHead(content),
    },
    sums: after === undefined ? new Map() : sumsOf(before, after),
    added: [
      ...layout.added.map(({ page }) => partKey(project, before.traceId, 'ledger', page.id)),
      ...(isReplaced ? payloadKeys(placed) : []),
    ],
    obsolete: [
      ...layout.removed.map((id) => partKey(project, before.traceId, 'ledger', id)),
      ...(isReplaced ? payloadKeys(before.payload) : []),
    ],
  };
}

/** Where lists find a trace. `fields` are those of its record. */
function livePlace(
  project: string,
  { traceId }: WholeHead,
  { retentionMicros }: HeadContent,
  { state }: Version,
  fields: Fields | undefined,
): Item {
  const label = (field: string, attribute: string): Item => {
    const value = fields?.[field] as string | undefined;
    return value === undefined ? {} : { [attribute]: labelKey(project, value) };
  };
  return {
    project_id: listOf.traces(project),
    start_time: placeOf(timeOf(state.startMicros), traceId, retentionDayOf(retentionMicros)),
    ...label('session_id', 'session_key'),
    ...label('user_id', 'user_key'),
  };
}

/** Where pruning finds what is kept of a trace that is not there yet. */
const stubPlace = (project: string, { traceId }: WholeHead, { retentionMicros }: HeadContent): Item => ({
  project_id: listOf.stubs(project),
  start_time: placeOf(timeOf(retentionMicros), traceId, 0),
});

/** How the sums change as a trace does. */
function sumsOf(before: WholeHead, after: Version): Map<number, DaySums> {
  const sheet = new RollupSheet();
  const old = before.state === 'live' ? versionOf(before) : undefined;
  if (old === undefined) sheet.putIn(after.share);
  else sheet.replace(old.share, after.share);
  return daySumsOf(sheet.changes());
}

/** A record that is too large for the head, by a long error say, stands in an object. */
async function placeRecord(
  context: WriteContext,
  owner: { readonly project: string; readonly traceId: string },
  record: RecordHead,
): Promise<RecordHead | Content> {
  const packed = pack(record);
  return packed.length <= largestInItem
    ? record
    : { at: 'object', hash: await context.contents.putObject(owner, packed) };
}
