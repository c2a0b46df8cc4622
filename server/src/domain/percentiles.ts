/** p50, p95 and p99, as the wire has them. */
export interface PercentileValues {
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

// Up to so many values are kept and ranked: exact, where one can still check by hand.
const exactCount = 256;

const relativeError = 0.01;
const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);

/**
 * Percentiles by nearest rank of values that are at least 0, in bounded memory and whatever their order.
 *
 * Beyond a few hundred values it is a DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", VLDB 2019): values are counted in buckets whose bounds grow by a factor, so that a bucket's
 * middle is within 1 % of every value in it. From a microsecond to a century that is 2,200 buckets at the most, so none need
 * be collapsed.
 */
export class Percentiles {
  #count = 0;
  #exact: number[] | undefined = [];
  #zeros = 0;
  readonly #buckets = new Map<number, number>();

  add(value: number): void {
    this.#count += 1;
    if (this.#exact === undefined) this.#sketch(value);
    else if (this.#exact.push(value) > exactCount) {
      for (const kept of this.#exact) this.#sketch(kept);
      this.#exact = undefined;
    }
  }

  /** Empty where there are no values. */
  values(): PercentileValues {
    if (this.#count === 0) return {};
    const [p50, p95, p99] = this.#atRanks([50, 95, 99].map((percent) => Math.ceil((this.#count * percent) / 100)));
    return { p50, p95, p99 } as PercentileValues;
  }

  #sketch(value: number): void {
    if (value === 0) this.#zeros += 1;
    else {
      const bucket = Math.ceil(Math.log(value) / logGamma);
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    }
  }

  /** The values at ranks, from 1, that do not descend. */
  #atRanks(ranks: readonly number[]): number[] {
    if (this.#exact !== undefined) {
      const sorted = Float64Array.from(this.#exact).sort();
      return ranks.map((rank) => sorted[rank - 1] as number);
    }
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    let [next, reached, value] = [0, this.#zeros, 0];
    return ranks.map((rank) => {
      for (; reached < rank; next += 1) {
        const [bucket, count] = buckets[next] as [number, number];
        reached += count;
        value = (2 * gamma ** bucket) / (gamma + 1);
      }
      return value;
    });
  }
}
