/** When to try again. */
export interface CircuitOptions {
  readonly elapsed: () => number;
  /** From 0 up to 1. */
  readonly random?: (() => number) | undefined;
}

// Upper bound of the first wait; doubled with each further failure.
const baseDelayMs = 250;

// Of every wait, unless the server asks for more: what an outage costs is one small request in this time.
const maxDelayMs = 30_000;

// The same while somebody waits in flush(), who wants to know when the server is back.
const maxWatchedDelayMs = 500;

// A wrong key stays wrong: one request in this time finds out when it does not.
const blockedDelayMs = 30_000;

// So many failures in a row are no accident: from then on an empty batch asks before a full one goes.
const probeFrom = 3;

/**
 * Whether requests may go. Closed, they do; a failure opens it, and while it is open nothing is sent but one request
 * at growing, random intervals: a batch at first, later on only a probe.
 */
export class Circuit {
  readonly #elapsed: () => number;
  readonly #random: () => number;
  #failures = 0;
  #openedAt = Number.NEGATIVE_INFINITY;
  #jitter = 0;
  /** The server has said when, or that the key is wrong: trying earlier is no use. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #isAnswering = true;
  isBlocked = false;

  constructor({ elapsed, random = Math.random }: CircuitOptions) {
    this.#elapsed = elapsed;
    this.#random = random;
  }

  get isClosed(): boolean {
    return this.#failures === 0;
  }

  /** Whether the next request must be a probe. */
  get wantsProbe(): boolean {
    return !this.#isAnswering;
  }

  /** When the next request may go. */
  nextAt(isWatched: boolean): number {
    if (this.isClosed) return Number.NEGATIVE_INFINITY;
    const most = isWatched ? maxWatchedDelayMs : maxDelayMs;
    const delay = this.#jitter * Math.min(most, baseDelayMs * 2 ** (this.#failures - 1));
    // A probe that was answered says: now.
    const at = this.#isAnswering && this.#failures >= probeFrom ? this.#openedAt : this.#openedAt + delay;
    return Math.max(at, this.#notBefore);
  }

  /** When the server allows the next request, whoever waits. */
  get notBefore(): number {
    return this.#notBefore;
  }

  succeeded(): void {
    this.#failures = 0;
    this.isBlocked = false;
    this.#isAnswering = true;
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }

  /** A probe was answered: whether the server takes batches as well is for the next one to show. */
  answered(): void {
    this.isBlocked = false;
    this.#isAnswering = true;
    this.#notBefore = Number.NEGATIVE_INFINITY;
    if (this.#failures > 0) this.#failures = Math.max(this.#failures, probeFrom);
  }

  /** @param startedAt of the request: several that were under way together are one failure. */
  failed(startedAt: number, retryAfterMs: number | undefined, isBlocked: boolean): void {
    const now = this.#elapsed();
    if (startedAt >= this.#openedAt || this.isClosed) {
      this.#failures += 1;
      this.#openedAt = now;
      this.#jitter = this.#random();
    }
    this.#isAnswering = this.#failures < probeFrom && !isBlocked;
    this.isBlocked = isBlocked;
    // A little later, each a little differently: a fleet that was sent away together does not come back together.
    const pauseMs = isBlocked ? blockedDelayMs : (retryAfterMs ?? 0) * (1 + this.#jitter / 20);
    this.#notBefore = Math.max(this.#notBefore, now + pauseMs);
  }

  /** Whoever flushes after a new key was set up wants to know now. */
  forget(): void {
    if (this.isBlocked) this.#notBefore = Number.NEGATIVE_INFINITY;
  }
}
