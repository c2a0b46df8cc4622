import type { Span, Trace, Tracer } from '../index.ts';

// What integrations have in common that are told of a framework's runs: nothing they are told is trusted to have its shape.

export type Loose = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};

/** A handler that throws nothing at the framework that calls it. */
export const harmless =
  <Args extends unknown[]>(handle: (...args: Args) => void): ((...args: Args) => void) =>
  (...args) => {
    try {
      handle(...args);
    } catch {
      // The span says what it can.
    }
  };

export const hasActive = (tracer: Tracer): boolean =>
  tracer.activeSpan !== undefined || tracer.activeTrace !== undefined;

/** Whose run it is, where the run made a trace of its own: somebody else's trace is not the framework's to label. */
export function labelOwnTrace(trace: Trace | undefined, { userId, sessionId, tags }: Loose): void {
  if (typeof userId === 'string') trace?.setUser(userId);
  if (typeof sessionId === 'string') trace?.setSession(sessionId);
  if (Array.isArray(tags)) trace?.setTags(tags);
}

/** Ends what nobody will end any more. */
export const giveUp = (span: Span): void => span.addEvent('cancelled').end();
