import type { CountsPoint, Status } from 'llm-tracer/schema';
import { maxSeriesPoints, type SeriesBucket } from './series.ts';
import { microsPerDay, microsPerHour, microsPerMinute, timeOf } from './time.ts';
import { TraceTally } from './trace-tally.ts';

/** Minutes too: a count is cheap where a series is not. */
export type CountsBucket = 'minute' | SeriesBucket;

export const bucketMicros: Readonly<Record<CountsBucket, number>> = {
  minute: microsPerMinute,
  hour: microsPerHour,
  day: microsPerDay,
};

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
