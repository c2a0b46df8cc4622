import type { Status, TimeseriesPoint } from 'llm-tracer/schema';
import { bucketMicros, type SeriesBucket } from './buckets.ts';
import { dollarsOf } from './cost.ts';
import { ExactSum } from './exact-sum.ts';
import { isFinished, type LedgerEntry } from './ledger.ts';
import { Percentiles } from './percentiles.ts';
import { microsOf, timeOf } from './time.ts';
import { counted } from './totals.ts';
import { TraceTally } from './trace-tally.ts';
import { treeOf } from './tree.ts';

/** What a series is told apart by: a trait of the span (`model`, `span_type`) or of its trace (the others). */
export type SeriesGrouping = 'model' | 'span_type' | 'name' | 'user' | 'tag';

export interface SeriesQuery {
  /** In UTC. */
  readonly bucket: SeriesBucket;
  readonly groupBy?: SeriesGrouping | undefined;
}

/** A trace as a series counts it. */
export interface SeriesTrace {
  readonly startMicros: number;
  /** Null while it is running. */
  readonly durationMs: number | null;
  readonly status: Status;
  /** Its name, user or tags, where the series is grouped by a trait of traces; empty where it has none. */
  readonly groups: readonly string[];
  readonly entries: readonly LedgerEntry[];
}

/** How many groups a series tells apart; the rest of them is one. */
const maxSeriesGroups = 50;

/** The most points of one answer: some 8 MB of JSON. */
export const maxSeriesPoints = 20_000;

/** The groups that are told apart: those with the most traces, of equals the first by name. */
export function largestGroups(traceCounts: ReadonlyMap<string, number>): ReadonlySet<string> {
  const order = ([a, countOfA]: [string, number], [b, countOfB]: [string, number]): number =>
    countOfB - countOfA || (a < b ? -1 : 1);
  return new Set(
    [...traceCounts]
      .sort(order)
      .slice(0, maxSeriesGroups)
      .map(([group]) => group),
  );
}

const none = Symbol('no group');
const rest = Symbol('all other groups');
type Group = string | typeof none | typeof rest;

/** Sums traces and their spans by bucket and group. */
export class Series {
  readonly #bucketMicros: number;
  readonly #groupBy: SeriesGrouping | undefined;
  readonly #toldApart: ReadonlySet<string> | undefined;
  readonly #groups = new Map<Group, Map<number, Cell>>();
  #points = 0;

  /** Without `toldApart` all groups are. */
  constructor({ bucket, groupBy }: SeriesQuery, toldApart?: ReadonlySet<string>) {
    this.#bucketMicros = bucketMicros[bucket];
    this.#groupBy = groupBy;
    this.#toldApart = toldApart;
  }

  /** Whether it has come to more points than one answer holds. */
  get isTooLong(): boolean {
    return this.#points > maxSeriesPoints;
  }

  add(trace: SeriesTrace): void {
    const isBySpan = this.#groupBy === 'model' || this.#groupBy === 'span_type';
    const { entries } = trace;
    const groups = new Set(
      isBySpan && entries.length > 0 ? entries.map((entry) => this.#groupOfSpan(entry)) : this.#groupsOf(trace.groups),
    );
    for (const group of groups) this.#cell(group, trace.startMicros).addTrace(trace);

    const counts = counted(entries, treeOf(entries));
    for (const [index, entry] of entries.entries()) {
      if (!isFinished(entry)) continue;
      const share = {
        hasTokens: counts.tokens[index] === 1,
        hasCost: counts.cost[index] === 1,
        isUnpriced: counts.unpriced[index] === 1,
      };
      if (isBySpan) this.#cell(this.#groupOfSpan(entry), entry.startMicros).addSpan(entry, share);
      else for (const group of groups) this.#cell(group, entry.startMicros).addSpan(entry, share);
    }
  }

  /** In order of bucket, then group: by name, then what has none, then the rest. */
  points(): TimeseriesPoint[] {
    const groups = [...this.#groups].sort(([a], [b]) => compareGroups(a, b));
    return groups
      .flatMap(([group, cells]) => [...cells].map(([bucket, cell]) => ({ group, bucket, cell })))
      .sort((a, b) => a.bucket - b.bucket)
      .map(({ group, bucket, cell }) => ({
        bucket: timeOf(bucket * this.#bucketMicros),
        ...(typeof group === 'string' ? { group } : group === rest ? { is_rest: true as const } : {}),
        ...cell.figures(),
      }));
  }

  #groupOfSpan({ model, spanType }: LedgerEntry): Group {
    return this.#told(this.#groupBy === 'model' ? model : spanType);
  }

  #groupsOf(groups: readonly string[]): Group[] {
    return groups.length === 0 ? [none] : groups.map((group) => this.#told(group));
  }

  #told(group: string | null): Group {
    if (group === null) return none;
    return this.#toldApart === undefined || this.#toldApart.has(group) ? group : rest;
  }

  #cell(group: Group, micros: number): Cell {
    let cells = this.#groups.get(group);
    if (cells === undefined) {
      cells = new Map();
      this.#groups.set(group, cells);
    }
    const bucket = Math.floor(micros / this.#bucketMicros);
    let cell = cells.get(bucket);
    if (cell === undefined) {
      this.#points += 1;
      cell = new Cell();
      cells.set(bucket, cell);
    }
    return cell;
  }
}

function compareGroups(a: Group, b: Group): number {
  const rank = (group: Group): number => (typeof group === 'string' ? 0 : group === none ? 1 : 2);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1;
  return rank(a) - rank(b);
}

interface SpanShare {
  readonly hasTokens: boolean;
  readonly hasCost: boolean;
  readonly isUnpriced: boolean;
}

/** One group in one bucket. */
class Cell {
  readonly #traces = new TraceTally();
  readonly #traceLatency = new Percentiles();
  #spans = 0;
  #errors = 0;
  #unpriced = 0;
  readonly #tokensInput = new ExactSum();
  readonly #tokensOutput = new ExactSum();
  readonly #cost = new ExactSum();
  readonly #latency = new Percentiles();
  readonly #timeToFirstToken = new Percentiles();

  addTrace({ status, durationMs }: SeriesTrace): void {
    this.#traces.add(status);
    if (durationMs !== null) this.#traceLatency.add(durationMs);
  }

  addSpan(entry: LedgerEntry, { hasTokens, hasCost, isUnpriced }: SpanShare): void {
    this.#spans += 1;
    if (entry.isError) this.#errors += 1;
    if (isUnpriced) this.#unpriced += 1;
    if (hasTokens) {
      this.#tokensInput.add(entry.tokensInput ?? 0);
      this.#tokensOutput.add(entry.tokensOutput ?? 0);
    }
    if (hasCost) this.#cost.add(entry.costNanos as number);
    this.#latency.add(Math.max(0, microsOf(entry.endTime as string) - entry.startMicros) / 1000);
    // As with durations: where two clocks have it before the start, it is 0.
    if (entry.firstTokenMicros !== null) this.#timeToFirstToken.add(Math.max(0, entry.firstTokenMicros) / 1000);
  }

  figures(): Omit<TimeseriesPoint, 'bucket' | 'group' | 'is_rest'> {
    return {
      ...this.#traces.figures(),
      trace_latency_ms: this.#traceLatency.values(),
      span_count: this.#spans,
      error_count: this.#errors,
      tokens_input: this.#tokensInput.number,
      tokens_output: this.#tokensOutput.number,
      total_cost: dollarsOf(this.#cost.value),
      unpriced_count: this.#unpriced,
      latency_ms: this.#latency.values(),
      time_to_first_token_ms: this.#timeToFirstToken.values(),
    };
  }
}
