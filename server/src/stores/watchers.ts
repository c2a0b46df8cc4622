/** Hears of traces that have changed. Must not throw. */
export type ChangeListener = (traceIds: readonly string[]) => void;

/** Who wants to know when traces of a project change, within one process. */
export class Watchers {
  readonly #listeners = new Map<string, Set<ChangeListener>>();

  /** Returns what ends it. */
  watch(project: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(project) ?? new Set();
    this.#listeners.set(project, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(project) === listeners) this.#listeners.delete(project);
    };
  }

  tell(project: string, traceIds: ReadonlySet<string>): void {
    const listeners = this.#listeners.get(project);
    if (listeners === undefined || traceIds.size === 0) return;
    for (const listener of listeners) listener([...traceIds]);
  }
}
