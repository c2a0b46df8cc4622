import { isFinished, type LedgerEntry } from './ledger.ts';
import { microsPerDay, microsPerHour } from './time.ts';
import type { Counted } from './totals.ts';

/** What a sum is kept by. Traces are counted under the empty span type and model. */
export interface RollupKey {
  /** The trace's retention start in UTC days, rounded up as its expiry is: so its share goes when the trace expires. */
  readonly retentionDay: number;
  /** Hours since 1970: of a span its start, of a trace its own. */
  readonly hour: number;
  readonly spanType: string;
  readonly model: string;
}

/** Signed sums of one hour, or the change in them. */
export interface RollupSums {
  traces: number;
  spans: number;
  errors: number;
  tokensInput: bigint;
  tokensOutput: bigint;
  costNanos: bigint;
}

export interface Rollup {
  readonly key: RollupKey;
  readonly sums: RollupSums;
}

/** What one trace adds to the hours, as of one state of it. */
export interface TraceShare {
  readonly retentionMicros: number;
  readonly startMicros: number;
  /** Whether it counts as a trace: it has a finished record or span. */
  readonly isCounted: boolean;
  readonly entries: readonly LedgerEntry[];
  readonly counts: Counted;
}

/**
 * How the hourly sums change when a trace goes from one state to another; undefined stands for "does not exist". Because it
 * is a difference of two states, never an increment per request, retries and late corrections leave the sums exact.
 */
export function rollupChange(before: TraceShare | undefined, after: TraceShare | undefined): Rollup[] {
  const changes = new Map<string, Rollup>();
  if (before !== undefined) addShare(changes, before, -1);
  if (after !== undefined) addShare(changes, after, 1);
  return nonZero(changes);
}

/** What must be added to one list of sums to make it equal to another. */
export function rollupDifference(from: readonly Rollup[], to: readonly Rollup[]): Rollup[] {
  const differences = new Map<string, Rollup>();
  for (const [rollups, sign] of [
    [from, -1],
    [to, 1],
  ] as const)
    for (const { key, sums } of rollups) {
      const into = sumsOf(differences, key);
      into.traces += sign * sums.traces;
      into.spans += sign * sums.spans;
      into.errors += sign * sums.errors;
      into.tokensInput += BigInt(sign) * sums.tokensInput;
      into.tokensOutput += BigInt(sign) * sums.tokensOutput;
      into.costNanos += BigInt(sign) * sums.costNanos;
    }
  return nonZero(differences);
}

const nonZero = (rollups: ReadonlyMap<string, Rollup>): Rollup[] =>
  [...rollups.values()].filter(({ sums }) => Object.values(sums).some((sum) => sum !== 0 && sum !== 0n));

function addShare(into: Map<string, Rollup>, share: TraceShare, sign: 1 | -1): void {
  const retentionDay = Math.ceil(share.retentionMicros / microsPerDay);
  if (share.isCounted) {
    const hour = Math.floor(share.startMicros / microsPerHour);
    sumsOf(into, { retentionDay, hour, spanType: '', model: '' }).traces += sign;
  }
  for (const [index, entry] of share.entries.entries()) {
    if (!isFinished(entry)) continue;
    const hour = Math.floor(entry.startMicros / microsPerHour);
    const sums = sumsOf(into, { retentionDay, hour, spanType: entry.spanType, model: entry.model ?? '' });
    sums.spans += sign;
    if (entry.isError) sums.errors += sign;
    if (share.counts.tokens[index] === 1) {
      sums.tokensInput += BigInt(sign * (entry.tokensInput ?? 0));
      sums.tokensOutput += BigInt(sign * (entry.tokensOutput ?? 0));
    }
    if (share.counts.cost[index] === 1) sums.costNanos += BigInt(sign * (entry.costNanos as number));
  }
}

function sumsOf(into: Map<string, Rollup>, key: RollupKey): RollupSums {
  const text = `${key.retentionDay} ${key.hour} ${key.spanType} ${key.model}`;
  const found = into.get(text);
  if (found !== undefined) return found.sums;
  const sums = { traces: 0, spans: 0, errors: 0, tokensInput: 0n, tokensOutput: 0n, costNanos: 0n };
  into.set(text, { key, sums });
  return sums;
}
