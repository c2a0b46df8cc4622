/** Keeps an invocation alive until a promise has settled: `waitUntil` of Vercel, Cloudflare and others. */
export type WaitUntil = (promise: Promise<unknown>) => unknown;

interface Invocation {
  readonly waitUntil: WaitUntil;
  open: number;
  /** Lets the platform go; undefined while it is not held. */
  release: (() => void) | undefined;
}

/**
 * Holds an invocation while something of it is open or undelivered.
 *
 * The platform is asked when a trace starts, not when it ends: by then the answer may be out, and the process frozen
 * with the rest of a stream. No timer takes part.
 */
export class FlushOn {
  readonly #flush: () => Promise<unknown>;
  readonly #invocationOf = new Map<object, Invocation>();
  #current: Invocation | undefined;

  constructor(flush: () => Promise<unknown>) {
    this.#flush = flush;
  }

  /** What starts from now on belongs to this invocation. */
  use(waitUntil: WaitUntil): void {
    this.#current = { waitUntil, open: 0, release: undefined };
  }

  started(operation: object): void {
    const invocation = this.#current;
    if (invocation === undefined) return;
    invocation.open += 1;
    this.#invocationOf.set(operation, invocation);
    this.#hold(invocation);
  }

  /** To be told after its record was queued. */
  ended(operation: object): void {
    const invocation = this.#invocationOf.size === 0 ? undefined : this.#invocationOf.get(operation);
    if (invocation === undefined) return;
    this.#invocationOf.delete(operation);
    invocation.open -= 1;
    this.#letGo(invocation);
  }

  /** Something was queued that is no operation: a score. */
  recorded(): void {
    const invocation = this.#current;
    if (invocation === undefined) return;
    this.#hold(invocation);
    this.#letGo(invocation);
  }

  #hold(invocation: Invocation): void {
    if (invocation.release !== undefined) return;
    const held = new Promise<void>((resolve) => {
      invocation.release = resolve;
    });
    try {
      invocation.waitUntil(held);
    } catch {
      // Outside of any invocation, or after its end: the next one delivers.
    }
  }

  #letGo(invocation: Invocation): void {
    const { release } = invocation;
    if (invocation.open > 0 || release === undefined) return;
    invocation.release = undefined;
    void this.#flush().then(release, release);
  }
}
