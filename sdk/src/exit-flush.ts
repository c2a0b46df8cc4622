import { drain, type Remainder } from './exit-drain.ts';

/** A tracer that has something to send while its process may end. */
export interface ExitClient {
  /** The process is about to end by itself: there is time for asynchronous work. */
  flush(): void;
  /** The process is ending: what is left goes another way. Nothing, where there is none. */
  remainder(): Remainder | undefined;
  /** Told which of the remainder's bodies have arrived; if this is the end, the others are lost, or on disk. */
  drained(arrived: readonly boolean[], isEnd: boolean): void;
}

const waiting = new Set<ExitClient>();

const flushAll = (): void => {
  for (const client of [...waiting]) client.flush();
};

const drainAll = (isEnd: boolean): void => {
  if (waiting.size === 0) return;
  const clients = [...waiting];
  try {
    const remainders = clients.map((client) => client.remainder());
    const found = remainders.filter((remainder) => remainder !== undefined);
    const arrived = drain(found);
    clients.forEach((client, index) => {
      const remainder = remainders[index];
      client.drained(remainder === undefined ? [] : (arrived[found.indexOf(remainder)] ?? []), isEnd);
    });
  } catch {
    // The process ends as it would without us.
  }
};

const drainAtExit = (): void => drainAll(true);

/**
 * Deno ends at an uncaught error without an exit event: the error itself is the last that is heard of it. A later listener
 * may still keep the process alive, so nothing is given up.
 */
const drainAtError = (event: Event): void => {
  if (!event.defaultPrevented) drainAll(false);
};
const errorEvents = ['error', 'unhandledrejection'];
const deno: EventTarget | undefined = 'Deno' in globalThis ? (globalThis as unknown as EventTarget) : undefined;

/**
 * Has a tracer asked when the process is about to end by itself, and when it ends in another way, until
 * {@link forgetExit}.
 *
 * One set of listeners for all tracers, there only while one of them has something to send: however many tracers a
 * program makes, Node sees no leak of listeners, and an idle one is not kept in memory.
 */
export function watchExit(client: ExitClient): void {
  const { process } = globalThis;
  if (typeof process?.on !== 'function') return;
  if (waiting.size === 0) {
    process.on('beforeExit', flushAll);
    // First, since a listener of the application that calls process.exit() ends the process at once; and last, for what
    // its listeners record.
    process.prependListener?.('exit', drainAtExit);
    process.on('exit', drainAtExit);
    for (const name of errorEvents) deno?.addEventListener(name, drainAtError);
  }
  waiting.add(client);
}

/** Takes back {@link watchExit}. */
export function forgetExit(client: ExitClient): void {
  if (!waiting.delete(client) || waiting.size > 0) return;
  const { process } = globalThis;
  process.off('beforeExit', flushAll);
  process.off('exit', drainAtExit);
  process.off('exit', drainAtExit);
  for (const name of errorEvents) deno?.removeEventListener(name, drainAtError);
}

type Signal = 'SIGTERM' | 'SIGINT';
const exitCodes: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };
const signals = Object.keys(exitCodes) as Signal[];

// Another copy of this package (the CommonJS one beside the ESM one) is no handler of the host.
const mark = Symbol.for('llm-tracer.signal-handler');

const handlerOf = (signal: Signal): (() => void) => {
  const handler = (): void => {
    const { process } = globalThis;
    // Whoever handles the signal decides what it means; should that be process.exit(), what is left is drained then.
    if (process.listeners(signal).some((listener) => !(mark in listener))) return;
    drainAll(true);
    process.off(signal, handler);
    if (process.listenerCount(signal) > 0) return;
    // The process ends as it would have without a handler: for its parent it was killed by the signal.
    process.kill(process.pid, signal);
    // The first process of a container cannot be killed that way.
    setTimeout(() => process.exit(exitCodes[signal]), 100);
  };
  return Object.assign(handler, { [mark]: true });
};

let handlers: ReadonlyMap<Signal, () => void> | undefined;
const signalled = new Set<object>();

/** Drains what is left when the process gets SIGTERM or SIGINT, until {@link forgetSignals}. */
export function watchSignals(client: object): void {
  const { process } = globalThis;
  if (typeof process?.kill !== 'function') return;
  signalled.add(client);
  if (handlers !== undefined) return;
  handlers = new Map(signals.map((signal) => [signal, handlerOf(signal)]));
  for (const [signal, handler] of handlers) process.on(signal, handler);
}

/** Takes back {@link watchSignals}. */
export function forgetSignals(client: object): void {
  if (!signalled.delete(client) || signalled.size > 0) return;
  for (const [signal, handler] of handlers ?? []) globalThis.process.off(signal, handler);
  handlers = undefined;
}
