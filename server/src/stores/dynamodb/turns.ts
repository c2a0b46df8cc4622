/**
 * Lets calls of one process that write the same traces take turns. Compare-and-set keeps them right without it; but of a hundred
 * that try at once one wins, and ninety-nine have read and put in vain.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Does the work once everything that was asked for before, on any of these keys, is done. */
  async take<T>(keys: ReadonlySet<string>, work: () => Promise<T>): Promise<T> {
    const before = [...keys].flatMap((key) => this.#last.get(key) ?? []);
    const { promise, resolve } = Promise.withResolvers<void>();
    // At once for all keys, so that no two can wait for each other.
    for (const key of keys) this.#last.set(key, promise);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      resolve();
      for (const key of keys) if (this.#last.get(key) === promise) this.#last.delete(key);
    }
  }
}
