const waiting = new Set<() => void>();

const flushAll = (): void => {
  for (const flush of [...waiting]) flush();
};

/**
 * Has `flush` called when the process is about to end by itself, until {@link forgetExitFlush}.
 *
 * One listener for all tracers, there only while one of them has something to send: however many tracers a program
 * makes, Node sees no leak of listeners, and an idle one is not kept in memory.
 */
export function flushBeforeExit(flush: () => void): void {
  const { process } = globalThis;
  if (typeof process?.on !== 'function') return;
  if (waiting.size === 0) process.on('beforeExit', flushAll);
  waiting.add(flush);
}

/** Takes back {@link flushBeforeExit}. */
export function forgetExitFlush(flush: () => void): void {
  if (waiting.delete(flush) && waiting.size === 0) globalThis.process.off('beforeExit', flushAll);
}
