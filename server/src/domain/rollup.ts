import { ExactSum } from './exact-sum.ts';
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
  readonly traces: number;
  readonly spans: number;
  readonly errors: number;
  readonly tokensInput: bigint;
  readonly tokensOutput: bigint;
  readonly costNanos: bigint;
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
 * How the hourly sums change by a write: what the traces it touched were is taken out, what they have become is put in.
 * Because it is a difference of two states, never an increment per request, retries and late corrections leave sums exact.
 */
export class RollupSheet {
  // By day, hour, span type and model, a map each: keys joined into one string would be most of the cost.
  readonly #days = new Map<number, Map<number, Map<string, Map<string, SheetSums>>>>();

  putIn(share: TraceShare): void {
    this.#add(share, 1);
  }

  takeOut(share: TraceShare): void {
    this.#add(share, -1);
  }

  /**
   * Takes out what a trace was and puts in what it has become. Of a large trace a write changes little: spans that stand where
   * they stood, the same object counted the same way, are passed over.
   */
  replace(before: TraceShare, after: TraceShare): void {
    const isSame =
      retentionDayOf(before) !== retentionDayOf(after)
        ? undefined
        : (index: number): boolean =>
            before.entries[index] === after.entries[index] &&
            before.counts.tokens[index] === after.counts.tokens[index] &&
            before.counts.cost[index] === after.counts.cost[index];
    this.#add(before, -1, isSame);
    this.#add(after, 1, isSame);
  }

  /** Adds sums that were changes or stored before. */
  addRollup({ key, sums }: Rollup, sign: 1 | -1): void {
    const into = this.#sumsOf(key.retentionDay, key.hour, key.spanType, key.model);
    into.traces += sign * sums.traces;
    into.spans += sign * sums.spans;
    into.errors += sign * sums.errors;
    into.tokensInput.addBig(BigInt(sign) * sums.tokensInput);
    into.tokensOutput.addBig(BigInt(sign) * sums.tokensOutput);
    into.costNanos.addBig(BigInt(sign) * sums.costNanos);
  }

  /** The sums that change, each by how much. */
  changes(): Rollup[] {
    const changes: Rollup[] = [];
    for (const [retentionDay, hours] of this.#days)
      for (const [hour, types] of hours)
        for (const [spanType, models] of types)
          for (const [model, sheet] of models) {
            const sums: RollupSums = {
              traces: sheet.traces,
              spans: sheet.spans,
              errors: sheet.errors,
              tokensInput: sheet.tokensInput.value,
              tokensOutput: sheet.tokensOutput.value,
              costNanos: sheet.costNanos.value,
            };
            if (Object.values(sums).some((sum) => sum !== 0 && sum !== 0n))
              changes.push({ key: { retentionDay, hour, spanType, model }, sums });
          }
    return changes;
  }

  #add(share: TraceShare, sign: 1 | -1, isPassed?: (index: number) => boolean): void {
    const retentionDay = retentionDayOf(share);
    if (share.isCounted)
      this.#sumsOf(retentionDay, Math.floor(share.startMicros / microsPerHour), '', '').traces += sign;
    for (const [index, entry] of share.entries.entries()) {
      if (!isFinished(entry) || isPassed?.(index) === true) continue;
      const hour = Math.floor(entry.startMicros / microsPerHour);
      const sums = this.#sumsOf(retentionDay, hour, entry.spanType, entry.model ?? '');
      sums.spans += sign;
      if (entry.isError) sums.errors += sign;
      if (share.counts.tokens[index] === 1) {
        sums.tokensInput.add(sign * (entry.tokensInput ?? 0));
        sums.tokensOutput.add(sign * (entry.tokensOutput ?? 0));
      }
      if (share.counts.cost[index] === 1) sums.costNanos.add(sign * (entry.costNanos as number));
    }
  }

  #sumsOf(retentionDay: number, hour: number, spanType: string, model: string): SheetSums {
    const models = nested(nested(nested(this.#days, retentionDay), hour), spanType);
    let sums = models.get(model);
    if (sums === undefined) {
      sums = {
        traces: 0,
        spans: 0,
        errors: 0,
        tokensInput: new ExactSum(),
        tokensOutput: new ExactSum(),
        costNanos: new ExactSum(),
      };
      models.set(model, sums);
    }
    return sums;
  }
}

const retentionDayOf = ({ retentionMicros }: TraceShare): number => Math.ceil(retentionMicros / microsPerDay);

interface SheetSums {
  traces: number;
  spans: number;
  errors: number;
  readonly tokensInput: ExactSum;
  readonly tokensOutput: ExactSum;
  readonly costNanos: ExactSum;
}

function nested<Key, InnerKey, Value>(map: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
