/** Where the SDK says what a person should know. The console has this shape. */
export interface TracerLogger {
  /** A problem that costs records, at most once a minute. */
  warn(message: string): void;
  /** What the SDK does, with `debug: true` only. */
  debug(message: string): void;
}

const quietMs = 60_000;

/** The SDK's voice: one warning a minute, however much goes wrong, and never an exception from the logger. */
export class Warnings {
  readonly #logger: TracerLogger;
  readonly #isDebug: boolean;
  readonly #elapsed: () => number;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  constructor(logger: TracerLogger, isDebug: boolean, elapsed: () => number) {
    this.#logger = logger;
    this.#isDebug = isDebug;
    this.#elapsed = elapsed;
  }

  warn(message: string): void {
    const now = this.#elapsed();
    if (now < this.#quietUntil && !this.#isDebug) {
      this.#suppressed += 1;
      return;
    }
    const more = this.#suppressed === 0 ? '' : ` (${this.#suppressed} more warnings in the meantime)`;
    this.#suppressed = 0;
    this.#quietUntil = now + quietMs;
    try {
      this.#logger.warn(`[llm-tracer] ${message}${more}`);
    } catch {
      // A logger that throws must not become the application's problem.
    }
  }

  debug(message: string): void {
    if (!this.#isDebug) return;
    try {
      this.#logger.debug(`[llm-tracer] ${message}`);
    } catch {
      // As above.
    }
  }
}
