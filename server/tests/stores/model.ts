import type {
  CountsPoint,
  ScoreCondition,
  SpanRecord,
  StatsAnswer,
  TimeseriesPoint,
  TraceAnswer,
  TraceRecord,
} from 'llm-tracer/schema';
import type { CountsBucket } from '../../src/domain/buckets.ts';
import type { Pricer } from '../../src/domain/pricing.ts';
import { type Fields, type Merged, rankOf, revOf } from '../../src/domain/record.ts';
import type { SeriesQuery } from '../../src/domain/series.ts';
import type {
  Batch,
  BatchOutcome,
  Outcome,
  RepriceReport,
  RepriceRequest,
  StoreOptions,
  TraceFilter,
  TraceSort,
  TraceState,
} from '../../src/stores/store.ts';
import { timeAt } from './builders.ts';
import { micros } from './model/canonical.ts';
import { type Group, groupsBy } from './model/grouping.ts';
import { claimsOf, field, fieldsOf, isSameRecord, type MergedRecord, mergeAll, says } from './model/merging.ts';
import { exists, type Received, type Seen, see, summaryOf } from './model/reading.ts';
import { addTrace, nothingRepriced } from './model/repricing.ts';
import { isFound, searchedTexts } from './model/searching.ts';
import { countsOf, seriesOf } from './model/series.ts';
import { compare, dollars, sum } from './model/tree.ts';

const day = 24 * 60 * 60 * 1_000_000;

interface Project {
  readonly traces: Map<string, Received>;
  /** What stands where a trace was deleted or pruned. */
  readonly graves: Map<string, Grave>;
  /** By instance and reason. */
  readonly dropped: Map<string, Map<string, Dropped>>;
}

interface Dropped {
  readonly count: number;
  /** When an instance last reported it: like all else, it is shown for `RETENTION_DAYS`. */
  readonly received: number;
}

interface Grave {
  readonly reason: 'deleted' | 'expired';
  readonly dug: number;
}

/**
 * wire.md as the shortest program that follows it: keeps every record it received, and works out everything from all of them
 * at each read. It shares no rule with `src`, so that agreement between the two means something.
 */
export class Model {
  readonly #projects = new Map<string, Project>();
  readonly #clock: () => number;
  readonly #daysOf: (project: string) => number;
  readonly #pricerOf: (project: string) => Pricer;

  constructor(options: StoreOptions) {
    const { clock, retentionDays, retentionDaysOf = () => retentionDays, pricerOf = () => () => undefined } = options;
    this.#clock = clock;
    this.#pricerOf = pricerOf;
    this.#daysOf = retentionDaysOf;
  }

  ingest(project: string, batch: Batch): BatchOutcome {
    const { instance, counts } = batch.dropped ?? { instance: '', counts: {} };
    for (const [reason, count] of Object.entries(counts)) this.#countDropped(project, instance, reason, count);
    return {
      traces: batch.traces.map((change) =>
        this.#apply(project, change.traceId, change.record.fields['start_time'], undefined, (received) =>
          received.records.push(change.record),
        ),
      ),
      spans: batch.spans.map((change) =>
        this.#apply(project, change.traceId, change.record.fields['start_time'], change.spanId, (received) =>
          this.#addRecord(project, received, change.spanId, change.record),
        ),
      ),
      scores: batch.scores.map((change) => {
        // Only a `start_time` can be too far ahead.
        return this.#apply(project, change.traceId, change.record.fields['created_at'], null, (received) => {
          append(received.scores, change.scoreId, change.record);
          if (!received.scoresReceived.has(change.scoreId)) received.scoresReceived.set(change.scoreId, this.#clock());
        });
      }),
    };
  }

  traceState(project: string, traceId: string): TraceState {
    if (this.#grave(project, traceId)?.reason === 'deleted') return 'deleted';
    return this.#live(project, traceId) === undefined ? 'unknown' : 'live';
  }

  completeSpan(project: string, spanId: string, fields: Fields): boolean {
    for (const [traceId] of this.#project(project).traces) {
      const received = this.#live(project, traceId);
      const records = received?.spans.get(spanId);
      if (received === undefined || records === undefined) continue;
      const record = this.#completion(records, fields);
      if (record !== undefined) this.#addRecord(project, received, spanId, record);
      return true;
    }
    return false;
  }

  completeTrace(project: string, traceId: string, fields: Fields): boolean {
    const received = this.#live(project, traceId);
    if (received === undefined) return false;
    const record = this.#completion(received.records, fields);
    if (record !== undefined) received.records.push(record);
    return true;
  }

  readTrace(project: string, traceId: string): TraceAnswer | undefined {
    const seen = this.#see(project, traceId);
    if (seen === undefined) return undefined;
    return {
      trace: seen.trace,
      spans: [...seen.spans],
      // Beside the spans it counts those, running ones too; the trace's own counts finished ones.
      span_count: seen.spans.length,
      scores: [...seen.scores],
      next_cursor: null,
      has_more: false,
    };
  }

  readSpan(project: string, spanId: string): SpanRecord | undefined {
    return this.#seeAll(project)
      .flatMap((seen) => seen.spans)
      .find((span) => span.span_id === spanId);
  }

  /** All traces that match, in the order asked for, then by id, all descending. */
  listTraces(project: string, filter: TraceFilter, sort: TraceSort = 'time'): TraceRecord[] {
    return this.#matching(project, filter)
      .map((seen) => summaryOf(seen.trace))
      .sort((a, b) => compareKeys(sortKey(b, sort), sortKey(a, sort)) || compare(b.trace_id, a.trace_id));
  }

  listSessions(project: string, filter: TraceFilter): Group[] {
    return groupsBy(this.#matching(project, filter), 'session_id');
  }

  listUsers(project: string, filter: TraceFilter): Group[] {
    return groupsBy(this.#matching(project, filter), 'user_id');
  }

  countTraces(project: string, filter: TraceFilter, bucket: CountsBucket): CountsPoint[] {
    return countsOf(this.#matching(project, filter), bucket);
  }

  timeseries(project: string, filter: TraceFilter, query: SeriesQuery): TimeseriesPoint[] {
    return seriesOf(this.#matching(project, filter), query);
  }

  stats(project: string): StatsAnswer {
    const all = this.#seeAll(project);
    const totals = all.map((seen) => seen.totals);
    const dropped = new Map<string, number>();
    for (const counts of this.#project(project).dropped.values()) {
      for (const [reason, { count, received }] of counts) {
        if (!this.#isPast(project, received)) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
      }
    }
    return {
      total_traces: all.filter((seen) => seen.hasFinishedRecord).length,
      total_spans: totals.reduce((count, { spanCount }) => count + spanCount, 0),
      total_tokens: Number(sum(totals.map(({ tokensInput, tokensOutput }) => tokensInput + tokensOutput))),
      total_cost: dollars(sum(totals.map(({ nanoDollars }) => nanoDollars))),
      total_errors: totals.reduce((count, { errorCount }) => count + errorCount, 0),
      dropped: Object.fromEntries(dropped),
    };
  }

  deleteTrace(project: string, traceId: string): boolean {
    if (this.#grave(project, traceId)?.reason === 'deleted') return true;
    if (this.#live(project, traceId) === undefined) return false;
    this.#bury(project, traceId, 'deleted');
    return true;
  }

  /** "covers the traces whose user is known at that moment": also those that have expired and still await pruning. */
  deleteUser(project: string, userId: string): number {
    const ofUser = [...this.#project(project).traces]
      .filter(([traceId, received]) => exists(received) && see(project, traceId, received).trace.user_id === userId)
      .map(([traceId]) => traceId);
    for (const traceId of ofUser)
      this.#bury(project, traceId, this.#live(project, traceId) === undefined ? 'expired' : 'deleted');
    return ofUser.length;
  }

  prune(): number {
    let pruned = 0;
    for (const [name, { traces }] of this.#projects) {
      for (const [traceId, received] of traces) {
        if (exists(received)) {
          if (!this.#isExpired(name, retentionStart(received))) continue;
          this.#bury(name, traceId, 'expired');
          pruned += 1;
        } else {
          // Feedback whose trace never came.
          for (const [id, at] of received.scoresReceived) if (this.#isPast(name, at)) forgetScore(received, id);
        }
      }
    }
    return pruned;
  }

  /** "Prices anew … every finished span without a reported cost in the traces that start in the range". */
  reprice({ project: only, isTrial, onProgress, from, to }: RepriceRequest): RepriceReport {
    let report = nothingRepriced;
    for (const project of only === undefined ? [...this.#projects.keys()] : [only]) {
      for (const seen of this.#matching(project, { from, to })) {
        const received = this.#live(project, seen.trace.trace_id) as Received;
        const before = received.prices;
        received.prices = new Map(
          [...received.spans].map(([spanId, records]) => [spanId, this.#priceOf(project, records)]),
        );
        const after = (this.#see(project, seen.trace.trace_id) as Seen).totals;
        report = addTrace(report, seen, before, received.prices, after);
        if (isTrial) received.prices = before;
        onProgress?.(report);
      }
    }
    return report;
  }

  /** "Asked when a write has changed the merged record of a span that is then finished". */
  #addRecord(project: string, received: Received, spanId: string, record: Merged): void {
    const before = received.spans.get(spanId) ?? [];
    append(received.spans, spanId, record);
    const after = received.spans.get(spanId) as Merged[];
    if (isSameRecord(mergeAll(before), mergeAll(after))) return;
    received.prices.set(spanId, this.#priceOf(project, after));
  }

  #priceOf(project: string, records: readonly Merged[]) {
    const merged = mergeAll(records);
    if (field(merged, 'end_time') === undefined || field(merged, 'cost_usd') !== undefined) return undefined;
    return this.#pricerOf(project)(fieldsOf(merged));
  }

  /** `spanId` is null for a score, undefined for a trace. */
  #apply(
    project: string,
    traceId: string,
    ownStart: unknown,
    spanId: string | undefined | null,
    store: (received: Received) => void,
  ): Outcome {
    const grave = this.#grave(project, traceId);
    if (grave !== undefined) return grave.reason === 'deleted' ? 'swallowed' : 'expired';
    const received = this.#project(project).traces.get(traceId);
    if (received !== undefined && exists(received) && this.#live(project, traceId) === undefined) return 'expired';
    // What spans say of their trace has no start of its own.
    const start = ownStart as string | undefined;
    if (start !== undefined && this.#isExpired(project, start)) return 'expired';
    if (start !== undefined && spanId !== null && micros(start) > this.#clock() + day) return 'future';
    if (typeof spanId === 'string' && this.#standsElsewhere(project, traceId, spanId)) return 'conflict';

    const kept: Received = received ?? {
      records: [],
      spans: new Map(),
      prices: new Map(),
      scores: new Map(),
      scoresReceived: new Map(),
    };
    this.#project(project).traces.set(traceId, kept);
    store(kept);
    return 'stored';
  }

  /**
   * "A `span_id` is unique in a project: the same id under another trace is rejected". An expired trace that still holds the
   * id is pruned now, since its spans are gone for every reader.
   */
  #standsElsewhere(project: string, traceId: string, spanId: string): boolean {
    const holders = [...this.#project(project).traces].filter(
      ([other, { spans }]) => other !== traceId && spans.has(spanId),
    );
    for (const [other] of holders) {
      if (this.#live(project, other) !== undefined) return true;
      this.#bury(project, other, 'expired');
    }
    return false;
  }

  /**
   * "fields equal to it are dropped; if any remain they form a finished record of the highest stored rev + 1 (`end_time` is
   * now only if none is stored; a missing one counts as a field that remains)". It is about the end: it moves no start.
   */
  #completion(records: Merged[], { status, start_time: _, ...given }: Fields): Merged | undefined {
    const merged = mergeAll(records);
    const withStatus = status === undefined || status === 'running' ? given : { ...given, status };
    const isEnded = field(merged, 'end_time') !== undefined || given['end_time'] !== undefined;
    const fields = isEnded ? withStatus : { ...withStatus, end_time: timeAt(this.#clock()) };
    const rank = rankOf(true, highestRev(merged) + 1);

    const remaining = claimsOf({ rank, ranks: {}, fields }).filter((claim) => !says(merged, claim));
    if (remaining.length === 0) return undefined;
    return { rank, ranks: {}, fields: onlyUnits(fields, new Set(remaining.map(({ unit }) => unit))) };
  }

  #countDropped(project: string, instance: string, reason: string, count: number): void {
    const { dropped } = this.#project(project);
    const counts = dropped.get(instance) ?? new Map<string, Dropped>();
    const greatest = Math.max(counts.get(reason)?.count ?? 0, count);
    dropped.set(instance, counts.set(reason, { count: greatest, received: this.#clock() }));
  }

  #bury(project: string, traceId: string, reason: Grave['reason']): void {
    const { traces, graves } = this.#project(project);
    traces.delete(traceId);
    graves.set(traceId, { reason, dug: this.#clock() });
  }

  #grave(project: string, traceId: string): Grave | undefined {
    const grave = this.#project(project).graves.get(traceId);
    if (grave === undefined || this.#clock() >= grave.dug + (this.#daysOf(project) + 3) * day) return undefined;
    return grave;
  }

  #live(project: string, traceId: string): Received | undefined {
    const received = this.#project(project).traces.get(traceId);
    if (received === undefined || !exists(received)) return undefined;
    return this.#isExpired(project, retentionStart(received)) ? undefined : received;
  }

  /** "expire `RETENTION_DAYS` after, rounded up to the UTC day" */
  #isExpired(project: string, start: string): boolean {
    return this.#isPast(project, micros(start));
  }

  #isPast(project: string, moment: number): boolean {
    return this.#clock() >= Math.ceil((moment + this.#daysOf(project) * day) / day) * day;
  }

  #see(project: string, traceId: string): Seen | undefined {
    const received = this.#live(project, traceId);
    return received === undefined ? undefined : see(project, traceId, received);
  }

  /** Newest first. */
  #matching(project: string, filter: TraceFilter): Seen[] {
    return this.#seeAll(project)
      .filter((seen) => matches(seen.trace, filter) && isAnyFound(seen, filter.q))
      .sort((a, b) => compare(b.trace.start_time, a.trace.start_time) || compare(b.trace.trace_id, a.trace.trace_id));
  }

  #seeAll(project: string): Seen[] {
    return [...this.#project(project).traces.keys()]
      .map((traceId) => this.#see(project, traceId))
      .filter((seen) => seen !== undefined);
  }

  #project(name: string): Project {
    const project = this.#projects.get(name) ?? { traces: new Map(), graves: new Map(), dropped: new Map() };
    this.#projects.set(name, project);
    return project;
  }
}

const append = (records: Map<string, Merged[]>, id: string, record: Merged): void => {
  records.set(id, [...(records.get(id) ?? []), record]);
};

const forgetScore = (received: Received, id: string): void => {
  received.scores.delete(id);
  received.scoresReceived.delete(id);
};

/** "the earliest `start_time` among all records received for it" */
const retentionStart = ({ records, spans }: Received): string => {
  const starts = [...records, ...[...spans.values()].flat()].map(({ fields }) => fields['start_time'] as string);
  return starts.filter((start) => start !== undefined).sort()[0] as string;
};

/** The rev of the greatest rank stored: a finished record's where there is one. */
const highestRev = (record: MergedRecord): number =>
  revOf([...record.values()].reduce((highest, { rank }) => Math.max(highest, rank), 0));

/** The fields, and parts of fields, that the named units stand for. */
const onlyUnits = (fields: Fields, units: ReadonlySet<string>): Fields => {
  const kept: Record<string, unknown> = {};
  const { metadata = {}, truncated = {}, cost_source, ...plain } = fields;
  for (const [name, value] of Object.entries(plain)) if (units.has(name)) kept[name] = value;
  if (units.has('cost_usd') && cost_source !== undefined) kept['cost_source'] = cost_source;
  kept['metadata'] = Object.fromEntries(Object.entries(metadata).filter(([key]) => units.has(`metadata.${key}`)));
  kept['truncated'] = Object.fromEntries(
    Object.entries(truncated).filter(([group]) => units.has(group === 'other' ? 'truncated' : group)),
  );
  return kept;
};

/** "`q`": all of it in one record. */
const isAnyFound = ({ records }: Seen, q: string | undefined): boolean =>
  q === undefined || records.some((fields) => isFound(q, searchedTexts(fields)));

const matches = (trace: TraceRecord, filter: TraceFilter): boolean => {
  const isEither = <T>(wanted: T | undefined, holds: (wanted: T) => boolean) => wanted === undefined || holds(wanted);
  return (
    isEither(filter.from, (from) => trace.start_time >= from) &&
    isEither(filter.to, (to) => trace.start_time < to) &&
    isEither(filter.userId, (user) => trace.user_id === user) &&
    isEither(filter.sessionId, (session) => trace.session_id === session) &&
    isEither(filter.tags, (tags) => trace.tags.some((tag) => tags.includes(tag))) &&
    isEither(filter.name, (name) => trace.name === name) &&
    isEither(filter.status, (status) => trace.status === status) &&
    isEither(filter.model, (model) => trace.models.includes(model)) &&
    isEither(filter.environment, (environment) => trace.environment === environment) &&
    isEither(filter.release, (release) => trace.release === release) &&
    isEither(filter.minDurationMs, (least) => trace.duration_ms !== undefined && trace.duration_ms >= least) &&
    isEither(filter.minCost, (least) => trace.total_cost >= least) &&
    isEither(filter.score, (condition) => trace.scores.some((score) => meets(score, condition)))
  );
};

/** "`score` (`name`, `name>=0.5`)" */
const meets = ({ name, value }: TraceRecord['scores'][number], condition: ScoreCondition): boolean => {
  if (name !== condition.name) return false;
  const { operator, operand } = condition;
  if (operator === undefined) return true;
  if (operator === '=')
    return typeof value === 'number'
      ? /^-?[\d.]+$/.test(operand) && value === Number(operand)
      : String(value) === operand;
  if (typeof value !== 'number') return false;
  return { '>=': value >= operand, '<=': value <= operand, '>': value > operand, '<': value < operand }[operator];
};

/** A trace that is running has no duration, so it comes after all that have. */
const sortKey = (trace: TraceRecord, sort: TraceSort): string | number => {
  if (sort === 'time') return trace.start_time;
  return sort === 'cost' ? trace.total_cost : (trace.duration_ms ?? -1);
};

const compareKeys = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
