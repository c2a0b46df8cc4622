import type { SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import { decodeCursor, encodeCursor } from '../../domain/cursor.ts';
import type { Fields } from '../../domain/record.ts';
import { spanView, traceView } from '../../domain/view.ts';
import { InvalidCursor, type ReadTraceOptions, StoreUnavailable, type TraceState } from '../store.ts';
import { inParallel } from './concurrency.ts';
import { isLive, summaryOf, type WholeHead } from './head.ts';
import { scoresKey, spanKey } from './keys.ts';
import type { Slot } from './ledger-codec.ts';
import { touching } from './operations.ts';
import { noScores, readScores, type StoredScores, scoreRecordsOf } from './scores.ts';
import { readSpanItem, type StoredSpan } from './span-item.ts';
import { write } from './write.ts';
import type { WriteContext } from './write-context.ts';

export async function traceStateOf(context: WriteContext, project: string, traceId: string): Promise<TraceState> {
  const moment = context.moment(project);
  const head = await context.heads.loadOne(project, traceId, moment);
  if (head.state === 'deleted') return head.retentionMicros > moment.forgottenMicros ? 'deleted' : 'unknown';
  return isLive(head, moment.cutoffMicros) ? 'live' : 'unknown';
}

/** A trace as one version of its head has it, with the content of the spans that were asked for. */
export interface WholeTrace {
  readonly head: WholeHead;
  readonly payload: Fields | undefined;
  readonly scores: StoredScores;
  readonly spans: readonly StoredSpan[];
}

// Each time somebody was quicker than we; with so many in a row there is more amiss.
const mostAttempts = 20;

/**
 * Reads a trace consistently: the head says which spans, in which versions. Where an item is ahead of that, it was received and
 * not committed; that is done now. `choose` takes the spans whose content is wanted.
 */
export async function readWhole(
  context: WriteContext,
  project: string,
  traceId: string,
  payloads: boolean,
  choose: (slots: readonly Slot[]) => readonly Slot[],
): Promise<WholeTrace | undefined> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const moment = context.moment(project);
    const head = (await context.heads.loadWhole(project, [traceId], moment)).get(traceId) as WholeHead;
    if (!isLive(head, moment.cutoffMicros)) return undefined;
    const wanted = choose(inOrder(head));
    const [spans, payload, scores] = await Promise.all([
      readSpans(context, project, wanted, payloads),
      payloads && head.payload !== undefined ? context.contents.read({ project, traceId }, head.payload) : undefined,
      head.hasScores ? scoresOf(context, project, traceId) : noScores,
    ]);
    const ahead = wanted.filter(({ entry, version }) => (spans.get(entry.spanId)?.version ?? 0) > version);
    const own = wanted.flatMap(({ entry }) => {
      const span = spans.get(entry.spanId);
      return span?.traceId === traceId ? [span] : [];
    });
    const uncommitted = own.filter(({ spanId }) => ahead.some(({ entry }) => entry.spanId === spanId));
    if (uncommitted.length > 0) {
      await write(
        context,
        project,
        uncommitted.map(({ spanId, record }) => touching(traceId, spanId, record)),
      );
      continue;
    }
    const isAllThere =
      own.length === wanted.length && (!payloads || head.payload === undefined || payload !== undefined);
    // What is missing was deleted since, then the head says so; or DynamoDB has removed it by its date.
    if (!isAllThere && (await context.heads.loadOne(project, traceId, moment)).version !== head.version) continue;
    return { head, payload: payload as Fields | undefined, scores, spans: own };
  }
  throw new StoreUnavailable(`trace ${traceId} is being written faster than it can be read`);
}

/** The spans in order of (start, id). */
const inOrder = ({ slots }: WholeHead): Slot[] =>
  [...slots.values()].sort(
    ({ entry: a }, { entry: b }) => a.startMicros - b.startMicros || (a.spanId < b.spanId ? -1 : 1),
  );

async function readSpans(
  { database, contents }: WriteContext,
  project: string,
  slots: readonly Slot[],
  payloads: boolean,
): Promise<Map<string, StoredSpan>> {
  const items = await database.getAll(
    'spans',
    slots.map(({ entry }) => spanKey(project, entry.spanId)),
  );
  const spans = new Map<string, StoredSpan>();
  await inParallel([...items.values()], async (item) => {
    const span = await readSpanItem(contents, project, item, payloads);
    spans.set(span.spanId, span);
  });
  return spans;
}

async function scoresOf({ database, contents }: WriteContext, project: string, traceId: string): Promise<StoredScores> {
  return readScores(contents, { project, traceId }, await database.get('traces', scoresKey(project, traceId)));
}

export async function readTrace(
  context: WriteContext,
  project: string,
  traceId: string,
  { payloads, limit, cursor }: ReadTraceOptions,
): Promise<TraceAnswer | undefined> {
  const madeFor = [project, 'spans', traceId];
  const after = cursor === undefined ? undefined : spanPosition(madeFor, cursor);
  let next: Slot | undefined;
  const whole = await readWhole(context, project, traceId, payloads, (slots) => {
    const rest = after === undefined ? slots : slots.filter((slot) => isAfter(slot, after));
    next = rest.length > limit ? rest[limit - 1] : undefined;
    return rest.slice(0, limit);
  });
  if (whole === undefined) return undefined;
  const { head } = whole;
  return {
    trace: traceOf(project, whole, payloads),
    spans: whole.spans.map((span) => spanOf(project, span, payloads)),
    span_count: head.slots.size,
    scores: scoreRecordsOf(traceId, whole.scores).map(({ view }) => view),
    next_cursor: next === undefined ? null : encodeCursor(madeFor, [next.entry.startMicros, next.entry.spanId]),
    has_more: next !== undefined,
  };
}

export type SpanPosition = readonly [startMicros: number, spanId: string];

export const isAfter = ({ entry }: Slot, [startMicros, spanId]: SpanPosition): boolean =>
  entry.startMicros > startMicros || (entry.startMicros === startMicros && entry.spanId > spanId);

function spanPosition(madeFor: unknown, cursor: string): SpanPosition {
  const [startMicros, spanId] = decodeCursor(madeFor, cursor) ?? [];
  if (typeof startMicros !== 'number' || typeof spanId !== 'string') throw new InvalidCursor();
  return [startMicros, spanId];
}

/** The wire form of a trace; with its inputs and outputs where these were read. */
export function traceOf(project: string, { head, payload, scores }: WholeTrace, hasPayloads: boolean) {
  const named = scoreRecordsOf(head.traceId, scores).map(({ view: { name, value } }) => ({ name, value }));
  return traceView(
    { project, traceId: head.traceId },
    { ...head.record?.fields, ...payload },
    { ...summaryOf(head), scores: named },
    hasPayloads,
  );
}

export const spanOf = (
  project: string,
  { traceId, spanId, record, price }: StoredSpan,
  hasPayloads: boolean,
): SpanRecord => spanView({ project, traceId, spanId }, record.fields, price, hasPayloads);

/** One span, whole; undefined where no ledger lists it. */
export async function readSpan(
  context: WriteContext,
  project: string,
  spanId: string,
): Promise<SpanRecord | undefined> {
  const item = await context.database.get('spans', spanKey(project, spanId));
  if (item === undefined) return undefined;
  const whole = await readWhole(context, project, item['t'] as string, true, (slots) =>
    slots.filter(({ entry }) => entry.spanId === spanId),
  );
  const [span] = whole?.spans ?? [];
  return span && spanOf(project, span, true);
}
