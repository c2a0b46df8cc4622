import type { ScoreRecord } from 'llm-tracer/schema';
import { microsOf, timeOf } from '../../domain/time.ts';
import { Abandoned, type TraceFilter } from '../store.ts';
import { type Head, isLive, summaryOf } from './head.ts';
import { labelKey, listOf, readPlace, scoresKey } from './keys.ts';
import type { ReadContext } from './read-context.ts';
import { readScores, scoreRecordsOf } from './scores.ts';
import { matchesWords } from './search.ts';
import { indexes } from './tables.ts';
import { type Candidate, takes } from './trace-filter.ts';

/** A place in a list by time. */
export type Position = readonly [startMicros: number, traceId: string];

/** A trace that a walk comes by. */
export interface SeenTrace extends Candidate {
  readonly head: Head;
}

export interface WalkOptions {
  readonly filter: TraceFilter;
  /** Where a page before ended. */
  readonly after?: Position | undefined;
  /** @default newest first */
  readonly isAscending?: boolean;
  /** About how many are wanted: so many are read at a time. @default 100 */
  readonly expected?: number;
}

/**
 * How much a call may read. DynamoDB charges for what is read, not for what is found, and a Lambda has seconds: so what
 * matches little is looked for in pieces, and the answer says how far it has looked.
 */
export class Budget {
  #left: number;
  #stoppedAt: Position | undefined;

  constructor(traces: number) {
    this.#left = traces;
  }

  /** Where the walk ended because nothing was left; undefined where it went through. */
  get stoppedAt(): Position | undefined {
    return this.#stoppedAt;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  spend(amount: number): void {
    this.#left -= amount;
  }

  stop(at: Position): void {
    this.#stoppedAt ??= at;
  }
}

/** The traces that the filter takes, in order of (start, id): newest first, or oldest. */
export async function* walk(
  context: ReadContext,
  project: string,
  options: WalkOptions,
  budget: Budget,
): AsyncGenerator<SeenTrace> {
  const range = rangeOf(context, project, options);
  if (range === undefined) return;
  const { expected = keysAtOnce } = options;
  const query = { ...indexOf(project, options.filter), range, isDescending: options.isAscending !== true };
  let keys: PlacedKey[] = [];
  const pageSize = Math.min(Math.max(expected, 20), 1_000);
  for await (const item of context.database.query('traces', { ...query, pageSize })) {
    const { startTime, traceId } = readPlace(item['start_time'] as string);
    keys.push({ traceId, startMicros: microsOf(startTime) });
    if (keys.length < Math.min(pageSize, keysAtOnce)) continue;
    yield* readKeys(context, project, options.filter, keys, budget);
    const last = keys.at(-1) as PlacedKey;
    if (budget.isSpent) return budget.stop([last.startMicros, last.traceId]);
    keys = [];
  }
  yield* readKeys(context, project, options.filter, keys, budget);
}

/** As many as one request reads. */
const keysAtOnce = 100;

interface PlacedKey {
  readonly traceId: string;
  readonly startMicros: number;
}

async function* readKeys(
  context: ReadContext,
  project: string,
  filter: TraceFilter,
  keys: readonly PlacedKey[],
  budget: Budget,
): AsyncGenerator<SeenTrace> {
  if (keys.length === 0) return;
  if (context.signal?.aborted) throw new Abandoned();
  budget.spend(keys.length);
  const moment = context.moment(project);
  const heads = await context.heads.load(
    project,
    keys.map(({ traceId }) => traceId),
    moment,
    false,
  );
  const live = keys.flatMap(({ traceId, startMicros }) => {
    const head = heads.get(traceId) as Head;
    if (!isLive(head, moment.cutoffMicros)) return [];
    const summary = summaryOf(head);
    // The index may be behind: where the trace has moved to, the walk meets it too.
    return summary.startMicros === startMicros ? [{ head, summary }] : [];
  });
  const scores = await scoresOf(
    context,
    project,
    live.map(({ head }) => head),
  );
  for (const { head, summary } of live) {
    const seen: SeenTrace = {
      head,
      summary,
      fields: head.record?.fields ?? {},
      scores: scores.get(head.traceId) ?? [],
    };
    if (!takes(filter, seen)) continue;
    if (filter.q !== undefined && !(await matchesWords(context, project, head, filter.q, budget))) continue;
    yield seen;
  }
}

/** The scores of those of the traces that have any. */
async function scoresOf(
  context: ReadContext,
  project: string,
  heads: readonly Head[],
): Promise<Map<string, ScoreRecord[]>> {
  const scored = heads.filter(({ hasScores }) => hasScores);
  const found = new Map<string, ScoreRecord[]>();
  if (scored.length === 0) return found;
  const keys = scored.map(({ traceId }) => scoresKey(project, traceId));
  const items = await context.database.getAll('traces', keys, false);
  for (const { traceId } of scored) {
    const stored = await readScores(context.contents, { project, traceId }, items.get(scoresKey(project, traceId)));
    found.set(
      traceId,
      scoreRecordsOf(traceId, stored).map(({ view }) => view),
    );
  }
  return found;
}

/** The index that has the fewest of what the filter takes not. */
function indexOf(project: string, { userId, sessionId }: TraceFilter) {
  if (sessionId !== undefined)
    return { index: indexes.session, hash: ['session_key', labelKey(project, sessionId)] as const };
  if (userId !== undefined) return { index: indexes.user, hash: ['user_key', labelKey(project, userId)] as const };
  return { index: indexes.time, hash: ['project_id', listOf.traces(project)] as const };
}

/** From where to where in the index; undefined where nothing can be between. A trace never starts before its retention does. */
function rangeOf(context: ReadContext, project: string, { filter, after, isAscending }: WalkOptions) {
  const { cutoffMicros } = context.moment(project);
  const fromMicros = filter.from === undefined ? cutoffMicros : Math.max(cutoffMicros, microsOf(filter.from));
  let from = timeOf(fromMicros);
  let to = filter.to ?? pastAllTimes;
  if (after !== undefined) {
    // `#` follows the id in a place; what sorts after `#` is behind all places of this id.
    const place = `${timeOf(after[0])}#${after[1]}`;
    if (isAscending) from = max(from, `${place}$`);
    else to = min(to, place);
  }
  return from > to ? undefined : { name: 'start_time', from, to };
}

const pastAllTimes = '~';
const min = (a: string, b: string): string => (a < b ? a : b);
const max = (a: string, b: string): string => (a > b ? a : b);
