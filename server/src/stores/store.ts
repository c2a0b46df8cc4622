import type {
  CountsPoint,
  ScoreCondition,
  SessionSummary,
  SpanRecord,
  StatsAnswer,
  Status,
  TimeseriesPoint,
  TraceAnswer,
  TraceRecord,
  UserSummary,
} from 'llm-tracer/schema';
import type { CountsBucket } from '../domain/buckets.ts';
import type { Pricer } from '../domain/pricing.ts';
import type { Fields, ScoreChange, SpanChange, TraceChange } from '../domain/record.ts';
import type { SeriesQuery } from '../domain/series.ts';
import type { ChangeListener } from './watchers.ts';

/**
 * Where traces live. Everything here is scoped by a project: no call reads, changes, counts or deletes another's records,
 * whatever ids it is given.
 *
 * What a caller may rely on, on every store (wire.md, "What must hold"):
 * - **Durable before success.** When a writing call resolves, what it reports as stored survives the process being killed.
 * - **Idempotent and order-free.** Records are upserts, merged field by field by `domain/merge`; the same set of records
 *   leaves the same state however it is ordered, repeated, split into calls or interleaved with other processes.
 * - **Exact totals.** Totals, stats and lists equal a recount from the unexpired spans.
 * - **Whole payloads.** JSON comes back deeply equal.
 * - **Reads by id see every acknowledged write**; lists and stats may lag by up to 5 s.
 * - **Expired means gone**: readers never show what retention has ended, whether `prune` has met it yet or not.
 * - Returned objects belong to the caller; objects passed in are not kept or changed.
 * - A call rejects with {@link StoreUnavailable} when the store cannot serve it now (disk full, throttled, locked): nothing
 *   of it may be counted on, all of it may be sent again. Any other rejection is a defect.
 * - What may read long takes a `signal`. Once it is aborted nobody waits: the call rejects with {@link Abandoned} if it was not
 *   about to end, and what it still does keeps no other read waiting.
 */
export interface Store {
  /** Which engine this is, as `/health` names it. */
  readonly kind: string;

  /** Stores what a batch says. Each element has its own outcome, in the order given; one never costs another. */
  ingest(project: string, batch: Batch): Promise<BatchOutcome>;

  /** Whether a trace can be added to. A trace that only scores are known of is unknown. */
  traceState(project: string, traceId: string): Promise<TraceState>;

  /**
   * Compare-and-set on the merged record: fields equal to it are dropped; if any remain, they form a finished record of the
   * highest stored rev + 1. `end_time` is now if neither given nor stored. False for an unknown (or deleted) id.
   */
  completeSpan(project: string, spanId: string, fields: Fields): Promise<boolean>;
  completeTrace(project: string, traceId: string, fields: Fields): Promise<boolean>;

  /** A trace with its spans in order of (start_time, span_id), or undefined. */
  readTrace(project: string, traceId: string, options: ReadTraceOptions): Promise<TraceAnswer | undefined>;

  /**
   * The same as UTF-8 JSON. Of a large trace that is most of the work, which a store can then have done where it holds up
   * nobody.
   */
  readTraceJson(
    project: string,
    traceId: string,
    options: ReadTraceOptions,
    signal?: AbortSignal,
  ): Promise<LentBytes | undefined>;

  /** One span, whole, or undefined. */
  readSpan(project: string, spanId: string): Promise<SpanRecord | undefined>;

  /**
   * A page of traces without inputs and outputs: newest first, or by duration or cost, greatest first; then by trace_id, all
   * descending. Running traces have no duration and come last.
   */
  listTraces(project: string, filter: TraceFilter, page: ListRequest, signal?: AbortSignal): Promise<TracePage>;

  /**
   * A page of sessions (or users) that the traces which the filter takes are of, with totals over just those traces. In order
   * of their newest traces, as a list shows these.
   */
  listSessions(project: string, filter: TraceFilter, page: PageRequest, signal?: AbortSignal): Promise<SessionPage>;
  listUsers(project: string, filter: TraceFilter, page: PageRequest, signal?: AbortSignal): Promise<UserPage>;

  /** A session with a page of its traces, oldest first (by start_time, then trace_id), or undefined where it has none. */
  readSession(
    project: string,
    sessionId: string,
    page: PageRequest,
    signal?: AbortSignal,
  ): Promise<SessionTraces | undefined>;

  /** Sums over the project's unexpired traces. */
  stats(project: string): Promise<StatsAnswer>;

  /** How many traces the filter takes, by the bucket of their start: the counts of {@link timeseries}, for a small part of its cost. */
  countTraces(
    project: string,
    filter: TraceFilter,
    bucket: CountsBucket,
    signal?: AbortSignal,
  ): Promise<TraceCountsAnswer | 'too long'>;

  /**
   * Sums and percentiles over the traces that the filter takes and over their spans, by bucket of time and group. Sums are
   * exact, percentiles by `domain/percentiles`. `too long`: it has more than `maxSeriesPoints` points.
   */
  timeseries(
    project: string,
    filter: TraceFilter,
    query: SeriesQuery,
    signal?: AbortSignal,
  ): Promise<SeriesAnswer | 'too long'>;

  /**
   * Removes a trace with its spans, payloads and scores for good and leaves a tombstone, so that late retries do not bring it
   * back. False when there is nothing to delete. Deleting again finishes what a crash left.
   */
  deleteTrace(project: string, traceId: string): Promise<boolean>;

  /**
   * Removes the traces whose user this is now, as {@link deleteTrace} does, a slice at a time; resolves with their number.
   * Cut short by a crash, it is finished by calling it again.
   */
  deleteUser(project: string, userId: string): Promise<number>;

  /** Removes what has expired, a slice at a time; resolves with the number of traces removed. Readers need not wait for it. */
  prune(): Promise<number>;

  /** Recomputes every total from the spans and says where the stored ones differ; with `repair`, sets them right. */
  recount(options: { readonly repair: boolean }): Promise<RecountReport>;

  /**
   * Prices anew, by what `pricerOf` says now, every finished span without a reported cost in the traces that start in the
   * range; a slice at a time, others get a turn between. Afterwards the range holds what a store that had these prices from
   * the start would have made of the same records: costs, the prices they name, totals, lists, stats and series. A price that
   * is no longer known is taken away. What arrives meanwhile may be covered or not. Cut short, it is finished by calling it
   * again; where nothing differs it writes nothing.
   */
  reprice(request: RepriceRequest): Promise<RepriceReport>;

  /**
   * Traces whole, as the lines of an export, in the order given; what is no longer there is passed over. Bounded in size:
   * `next` says from where to go on. As text, so that a worker can hand it over as it is.
   */
  exportTraces(project: string, traceIds: readonly string[], from: ExportPosition): Promise<ExportPart>;

  /**
   * Tells, soon after a commit, which traces of the project have changed, deletions included, until the returned function is
   * called. A store that several processes write to polls for what others commit, as long as somebody watches.
   */
  watch(project: string, listener: ChangeListener): () => void;

  /** How much there is, over all projects; cheap enough to be asked every few seconds. */
  measure(): Promise<StoreMeasures>;

  /** How the search index stands; undefined where this store keeps none. */
  searchStatus(): SearchStatus | undefined;

  /** Waits for what is under way, then lets go of files and connections. */
  close(): Promise<void>;
}

export interface Batch {
  readonly traces: readonly TraceChange[];
  readonly spans: readonly SpanChange[];
  readonly scores: readonly ScoreChange[];
  /**
   * The compressed body of `POST /api/ingest` that the batch was read from. A store may keep it in place of the spans that it
   * holds, which then need not be written anew; spans say where they stand in it.
   */
  readonly source?: BatchSource;
  /** Cumulative counts of records that an SDK instance dropped; the greatest for each instance and reason is kept. */
  readonly dropped?: { readonly instance: string; readonly counts: Readonly<Record<string, number>> };
}

export interface BatchSource {
  readonly encoding: 'zstd' | 'gzip';
  readonly body: Uint8Array;
  /** Whether every element of the body is in the batch: none was refused before. */
  readonly isWhole: boolean;
  /** The length of the text that it unpacks to. */
  readonly characters: number;
}

export interface BatchOutcome {
  readonly traces: readonly Outcome[];
  readonly spans: readonly Outcome[];
  readonly scores: readonly Outcome[];
}

/**
 * What became of one element. `swallowed`: its trace was deleted; it counts as accepted and changes nothing.
 * `expired`: its own start or its trace is past retention. `future`: it starts more than 24 h ahead.
 * `conflict`: the span id stands under another trace. `full`: the trace has {@link maxSpansPerTrace} spans.
 */
export type Outcome = 'stored' | 'swallowed' | 'expired' | 'future' | 'conflict' | 'full';

/** The most spans that one trace may have. */
export const maxSpansPerTrace = 100_000;

export type TraceState = 'live' | 'deleted' | 'unknown';

/** Bytes in memory that is used again. */
export interface LentBytes {
  readonly bytes: Uint8Array;
  /** To be called once, when nobody reads them any more. They may be anything, or gone, afterwards. */
  readonly release: () => void;
}

export interface ReadTraceOptions {
  /** False leaves out inputs, outputs, metadata and events. */
  readonly payloads: boolean;
  /** How many spans at the most. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** All that are given must hold. Times are canonical; `from` is inclusive, `to` exclusive. */
export interface TraceFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Any of them. */
  readonly tags?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly status?: Status | undefined;
  readonly model?: string | undefined;
  readonly environment?: string | undefined;
  readonly release?: string | undefined;
  readonly minDurationMs?: number | undefined;
  readonly minCost?: number | undefined;
  /** A score of the trace, or of a span in it, meets this. */
  readonly score?: ScoreCondition | undefined;
  /** Words that are all in one record, the trace's own or a span's: see `domain/search-query`. Rejects with {@link SearchIsOff}. */
  readonly q?: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /**
   * The bounds of time as the client sent them, where they are relative (`-24h`): a cursor belongs to the question, and the
   * filter's times are another answer to it a second later.
   */
  readonly boundsAsSent?: { readonly from?: string | undefined; readonly to?: string | undefined } | undefined;
}

export interface ListRequest extends PageRequest {
  /** @default 'time' */
  readonly sort?: TraceSort | undefined;
}

export type TraceSort = 'time' | 'duration' | 'cost';

/**
 * How far a store has looked that must bound what one call reads: everything from this time on. Absent where it has looked at
 * all that was asked for.
 */
export interface Scanned {
  readonly scannedUntil?: string | undefined;
}

/** A page is full while more matches exist, unless `scannedUntil` says why not. `nextCursor` is null at the end. */
export interface TracePage extends Scanned {
  readonly traces: readonly TraceRecord[];
  readonly nextCursor: string | null;
}

export interface SessionPage extends Scanned {
  readonly sessions: readonly SessionSummary[];
  readonly nextCursor: string | null;
}

export interface UserPage extends Scanned {
  readonly users: readonly UserSummary[];
  readonly nextCursor: string | null;
}

export interface TraceCountsAnswer extends Scanned {
  readonly points: readonly CountsPoint[];
}

export interface SeriesAnswer extends Scanned {
  readonly points: readonly TimeseriesPoint[];
}

export interface SessionTraces {
  /** With totals over all of its traces. */
  readonly session: SessionSummary;
  readonly traces: readonly TraceRecord[];
  readonly nextCursor: string | null;
}

export interface SearchStatus {
  readonly depth: 'names' | 'heads' | 'full';
  /** Whether search finds all that is stored. A new index takes what was there before it in the background, newest first. */
  readonly isComplete: boolean;
  /** How long ago the oldest write since was made that search does not find yet; 0 when there is none. */
  readonly lagMs: number;
}

export interface RecountReport {
  readonly traces: number;
  readonly spans: number;
  /** One sentence for each total that differed. */
  readonly differences: readonly string[];
}

export interface RepriceRequest {
  /** @default every project */
  readonly project?: string | undefined;
  /** By the start of traces, like {@link TraceFilter}: canonical, `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only says what would change. */
  readonly isTrial: boolean;
  /** Told now and then how far it has come. */
  readonly onProgress?: (soFar: RepriceReport) => void;
}

export interface RepriceReport {
  /** Those of the range, whether or not anything in them changed. */
  readonly traces: number;
  /** Those of them that were priced anew: finished, without a reported cost. */
  readonly spans: number;
  /** Of these, whose cost or the price it names changed. */
  readonly changed: number;
  /** Of the changed, which had no price before, and which have none now. */
  readonly gained: number;
  readonly lost: number;
  /** `total_cost` of the traces together. */
  readonly costNanosBefore: bigint;
  readonly costNanosAfter: bigint;
}

/** Where an export goes on: at a trace of the list, after a span of it. */
export interface ExportPosition {
  readonly trace: number;
  readonly spans?: readonly [startMicros: number, spanId: string];
}

export interface ExportPart {
  /** Whole lines of JSON, each with its newline. */
  readonly text: string;
  readonly counts: Readonly<Record<'trace' | 'span' | 'score', number>>;
  readonly next: ExportPosition | null;
}

export interface StoreMeasures {
  /** Finished spans. */
  readonly spans: number;
  /** What the data takes on disk. */
  readonly bytes: number;
}

/** What a store is opened with, besides what its engine needs. */
export interface StoreOptions {
  /** Microseconds since 1970. */
  readonly clock: () => number;
  readonly retentionDays: number;
  /** How long a project keeps its traces. @default `retentionDays` for each */
  readonly retentionDaysOf?: (project: string) => number;
  /**
   * What calls of a project cost for which the client reported no cost. Asked when a write has changed the merged record of a
   * span that is then finished, and by {@link Store.reprice}; between these a cost stays as it was computed, whatever prices
   * become. @default nothing is priced
   */
  readonly pricerOf?: (project: string) => Pricer;
}

/** The store cannot serve the call now; sending it again later is safe. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Whoever asked has left before there was an answer. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** There is no search index to answer `q` from. */
export class SearchIsOff extends Error {
  override readonly name = 'SearchIsOff';

  constructor() {
    super('search is off on this server (SEARCH_INDEX=off)');
  }
}

/** The cursor was not made by this store for this project and query. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';

  constructor() {
    super('cursor was not made for this project and these filters; start again without it');
  }
}
