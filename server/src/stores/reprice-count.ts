import type { Price } from '../domain/pricing.ts';
import type { RepriceReport, RepriceRequest } from './store.ts';

/** Counts what a re-pricing finds, and tells how far it has come. */
export class RepriceCount {
  readonly #onProgress: RepriceRequest['onProgress'];
  #sums: RepriceReport = {
    traces: 0,
    spans: 0,
    changed: 0,
    gained: 0,
    lost: 0,
    costNanosBefore: 0n,
    costNanosAfter: 0n,
  };

  constructor(onProgress: RepriceRequest['onProgress']) {
    this.#onProgress = onProgress;
  }

  get sums(): RepriceReport {
    return this.#sums;
  }

  /** Counts a trace that is done. */
  add(trace: {
    readonly spans: number;
    readonly changes: Iterable<RepricedSpan>;
    readonly costNanosBefore: bigint;
    readonly costNanosAfter: bigint;
  }): void {
    const changes = [...trace.changes];
    const sums = this.#sums;
    this.#sums = {
      traces: sums.traces + 1,
      spans: sums.spans + trace.spans,
      changed: sums.changed + changes.length,
      gained: sums.gained + changes.filter(({ before }) => before === undefined).length,
      lost: sums.lost + changes.filter(({ after }) => after === undefined).length,
      costNanosBefore: sums.costNanosBefore + trace.costNanosBefore,
      costNanosAfter: sums.costNanosAfter + trace.costNanosAfter,
    };
    this.#onProgress?.(this.#sums);
  }
}

/** A span's price before and after, of which at least one is known. */
export interface RepricedSpan {
  readonly before: Price | undefined;
  readonly after: Price | undefined;
}
