import type { Operation } from './operation.ts';

/**
 * The traces and spans that are open, until they are old enough to be announced as running: once, and never after
 * their end. What was announced is let go, so that one that never ends is not kept here.
 */
export class OpenOperations {
  readonly #afterMs: number;
  readonly #now: () => number;
  readonly #announce: (operation: Operation) => void;
  /** In order of their start: a set keeps it, and forgets in constant time. */
  readonly #open = new Set<Operation>();
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
    this.#open.add(operation);
    if (this.#timer === undefined) this.#arm(this.#afterMs);
  }

  remove(operation: Operation): void {
    this.#open.delete(operation);
  }

  close(): void {
    this.#isClosed = true;
    this.#open.clear();
    clearTimeout(this.#timer);
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #onTimer(): void {
    this.#timer = undefined;
    const now = this.#now();
    for (const operation of this.#open) {
      const ageMs = (now - operation.startMicros) / 1000;
      if (ageMs < this.#afterMs) {
        // At least a fifth of the age, so that a steady stream of slow spans is announced in groups, not one by one.
        this.#arm(Math.max(this.#afterMs - ageMs, this.#afterMs / 5));
        return;
      }
      this.#open.delete(operation);
      this.#announce(operation);
    }
  }
}
