// However a process ends, what it recorded is stored, and its ending stays what it would be without a tracer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectEverything } from './expected.ts';
import { type Backend, type Ended, start, startBackend } from './rig.ts';

const traces = 100;
const timeout = 60_000;

/** Seven programs end at once, beside other tests: longer than an application would be held for. */
const patient = { drainTimeoutMs: 10_000, exitTimeoutMs: 10_000 };

interface End {
  readonly project: string;
  /** What the program does after it has recorded; absent: nothing, it ends by itself. */
  readonly how?: string;
  readonly signal?: NodeJS.Signals;
  readonly options?: object;
  /** What Node makes of this end. */
  readonly expected: Pick<Ended, 'code' | 'signal'>;
}

const onSignals = { flushOnSignals: true };
const ends: Readonly<Record<string, End>> = {
  'by itself': { project: 'natural', expected: { code: 0, signal: null } },
  'by process.exit()': { project: 'exit', how: 'process.exit', expected: { code: 3, signal: null } },
  'by an uncaught error': { project: 'error', how: 'error', expected: { code: 1, signal: null } },
  'by an unhandled rejection': { project: 'rejection', how: 'rejection', expected: { code: 1, signal: null } },
  'by SIGTERM, when asked for': {
    project: 'sigterm',
    how: 'wait',
    signal: 'SIGTERM',
    options: onSignals,
    expected: { code: null, signal: 'SIGTERM' },
  },
  'by SIGINT, when asked for': {
    project: 'sigint',
    how: 'wait',
    signal: 'SIGINT',
    options: onSignals,
    expected: { code: null, signal: 'SIGINT' },
  },
  "by its own handler's decision": {
    project: 'handler',
    how: 'handler',
    signal: 'SIGTERM',
    options: onSignals,
    expected: { code: 7, signal: null },
  },
};

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend(Object.values(ends).map(({ project }) => project));
});
afterAll(() => backend.stop());

describe('each record is stored once when a process ends', () => {
  for (const [title, { project, how, options, signal, expected }] of Object.entries(ends))
    test.concurrent(title, { timeout }, async () => {
      const program = await start('ends', backend.url, project, { traces, how, options: { ...patient, ...options } });
      await program.printed('recorded');
      if (signal !== undefined) program.child.kill(signal);

      const { code, signal: endedBy, errors } = await program.ended;

      expect({ code, signal: endedBy }).toEqual(expected);
      // Node's own report of the error, and nothing of ours.
      expect(errors).not.toContain('[llm-tracer]');
      expect(errors.includes('Error: the application failed')).toBe(how === 'error' || how === 'rejection');
      await expectEverything(backend, project, traces);
    });
});
