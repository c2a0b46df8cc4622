import { Tracer, type TracerOptions } from '../src/index.ts';
import { MemoryTransport } from '../src/testing.ts';

/** A tracer whose records end up in memory, and a quiet logger. */
export function recording(options: TracerOptions = {}) {
  const transport = new MemoryTransport();
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message), debug: () => {} };
  const tracer = new Tracer({ transport, logger, ...options });
  return { tracer, transport, warnings };
}

export const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
