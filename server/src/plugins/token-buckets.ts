interface Bucket {
  tokens: number;
  filledAtMicros: number;
}

/** Token buckets: a minute's worth may go at once, and fills again evenly. One for each owner; owners are few and known. */
export class TokenBuckets {
  readonly #perMinute: number;
  readonly #clock: () => number;
  readonly #buckets = new Map<unknown, Bucket>();

  constructor(perMinute: number, clock: () => number) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Takes a token: 0, or the whole seconds until there is one. */
  take(owner: unknown): number {
    const bucket = this.#filled(owner);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute);
  }

  #filled(owner: unknown): Bucket {
    const now = this.#clock();
    let bucket = this.#buckets.get(owner);
    if (bucket === undefined) {
      bucket = { tokens: this.#perMinute, filledAtMicros: now };
      this.#buckets.set(owner, bucket);
    }
    // A clock that is set back adds nothing, and is followed.
    const minutes = Math.max(0, now - bucket.filledAtMicros) / 60_000_000;
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + minutes * this.#perMinute);
    bucket.filledAtMicros = now;
    return bucket;
  }
}
