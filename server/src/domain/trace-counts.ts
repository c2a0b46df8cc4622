import type { CountsPoint, Status } from 'llm-tracer/schema';
import { bucketMicros, type CountsBucket } from './buckets.ts';
import { maxSeriesPoints } from './series.ts';
import { timeOf } from './time.ts';
import { TraceTally } from './trace-tally.ts';

/** Counts traces by the bucket of their start, in UTC. */
export class TraceCounts {
  readonly #micros: number;
  readonly #tallies = new Map<number, TraceTally>();

  constructor(bucket: CountsBucket) {
    this.#micros = bucketMicros[bucket];
  }

  /** Whether it has come to more points than one answer holds. */
  get isTooLong(): boolean {
    return this.#tallies.size > maxSeriesPoints;
  }

  add(startMicros: number, status: Status, count = 1): void {
    const bucket = Math.floor(startMicros / this.#micros);
    let tally = this.#tallies.get(bucket);
    if (tally === undefined) {
      tally = new TraceTally();
      this.#tallies.set(bucket, tally);
    }
    tally.add(status, count);
  }

  /** In order of time. */
  points(): CountsPoint[] {
    return [...this.#tallies]
      .sort(([a], [b]) => a - b)
      .map(([bucket, tally]) => ({ bucket: timeOf(bucket * this.#micros), ...tally.figures() }));
  }
}
