import { nodeBuiltin } from './node-builtin.ts';

/** Which node is the active one of the running piece of program; follows it across await, timers and events. */
export interface ActiveContext<Node> {
  /** The active node, or undefined outside of any. */
  active(): Node | undefined;
  /** Calls `fn` with `node` active; undefined makes none active. */
  run<Args extends unknown[], Result>(node: Node | undefined, fn: (...args: Args) => Result, ...args: Args): Result;
}

interface Storage<Node> {
  getStore(): Node | undefined;
  run<Args extends unknown[], Result>(node: Node | undefined, fn: (...args: Args) => Result, ...args: Args): Result;
}
type StorageClass = new <Node>() => Storage<Node>;

/**
 * A context of its own, over `AsyncLocalStorage` where the runtime has it (Node, Bun, Deno, edge runtimes).
 *
 * A browser has none. There a node is active for the synchronous part of its function only: work started later takes
 * its parent explicitly (`span.span(…)`), rather than one that only happened to be active.
 */
export function createActiveContext<Node>(): ActiveContext<Node> {
  const Storage =
    (nodeBuiltin('node:async_hooks')?.AsyncLocalStorage as StorageClass | undefined) ??
    (globalThis as { AsyncLocalStorage?: StorageClass }).AsyncLocalStorage;
  if (Storage === undefined) return synchronousContext();

  const storage = new Storage<Node>();
  return {
    active: () => storage.getStore(),
    run: storage.run.bind(storage),
  };
}

/** What remains without `AsyncLocalStorage`: nothing survives the first `await`. */
export function synchronousContext<Node>(): ActiveContext<Node> {
  let current: Node | undefined;
  return {
    active: () => current,
    run(node, fn, ...args) {
      const before = current;
      current = node;
      try {
        return fn(...args);
      } finally {
        current = before;
      }
    },
  };
}
