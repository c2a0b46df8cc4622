import type { Operation } from './operation.ts';

/**
 * The traces and spans that are open, until they are old enough to be announced as running: once, and never after
 * their end. What was announced is let go, so that one that never ends is not kept here.
 */
export class OpenOperations {
  readonly #afterMs: number;
  readonly #now: () => number;
  readonly #announce: (operation: Operation) => void;
  /**
   * In order of their start, each knowing its neighbours: forgotten in constant time, like those of a set, but without
   * a hash for each.
   */
  #first: Operation | undefined;
  #last: Operation | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param now microseconds, as `Clock.now()` */
  constructor(afterMs: number, now: () => number, announce: (operation: Operation) => void) {
    this.#afterMs = afterMs;
    this.#now = now;
    this.#announce = announce;
  }

  add(operation: Operation): void {
    if (this.#isClosed) return;
    operation.before = this.#last;
    if (this.#last === undefined) this.#first = operation;
    else this.#last.after = operation;
    this.#last = operation;
    if (this.#timer === undefined) this.#arm(this.#afterMs);
  }

  remove(operation: Operation): void {
    const { before, after } = operation;
    if (before === undefined && this.#first !== operation) return;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    operation.before = undefined;
    operation.after = undefined;
  }

  close(): void {
    this.#isClosed = true;
    while (this.#first !== undefined) this.remove(this.#first);
    clearTimeout(this.#timer);
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #onTimer(): void {
    this.#timer = undefined;
    const now = this.#now();
    for (let operation = this.#first; operation !== undefined; operation = this.#first) {
      const ageMs = (now - operation.startMicros) / 1000;
      if (ageMs < this.#afterMs) {
        // At least a fifth of the age, so that a steady stream of slow spans is announced in groups, not one by one.
        this.#arm(Math.max(this.#afterMs - ageMs, this.#afterMs / 5));
        return;
      }
      this.remove(operation);
      this.#announce(operation);
    }
  }
}
