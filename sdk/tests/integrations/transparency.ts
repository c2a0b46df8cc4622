import { expect, vi } from 'vitest';
import { Tracer } from '../../src/index.ts';
import { MemoryTransport } from '../../src/testing.ts';
import { collectGarbage } from './garbage.ts';
import type { FakeLlm } from './providers.ts';
import { snapshot } from './snapshot.ts';

/** A program that uses a client. What it returns and says is what its user sees. */
export type Program<Client> = (client: Client, say: (...what: unknown[]) => void) => unknown;

/** What came of a program, for its user and for the server. */
interface Outcome {
  readonly result: unknown;
  readonly said: readonly unknown[];
  readonly sent: readonly unknown[];
  readonly unhandled: readonly unknown[];
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

async function outcomeOf<Client>(client: Client, program: Program<Client>, fake: FakeLlm): Promise<Outcome> {
  fake.reset();
  const unhandled: unknown[] = [];
  const said: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  const settle = async (): Promise<unknown> => {
    try {
      return { returned: await snapshot(await program(client, (...what) => void said.push(what))) };
    } catch (error) {
      return { thrown: await snapshot(error) };
    }
  };
  const result = await settle();
  // Whoever gave up a promise or an event is heard a little later.
  await turns(3);
  process.off('unhandledRejection', onUnhandled);
  return {
    result,
    said: (await snapshot(said)) as unknown[],
    // Requests that are made at once arrive in any order.
    sent: fake.requests
      .map(({ method, path, headers, body }) => JSON.stringify({ method, path, body, headers: comparable(headers) }))
      .sort(),
    unhandled: (await snapshot(unhandled)) as unknown[],
  };
}

/** Random by themselves: the boundary of a form, the key of a retried request. */
const comparable = (headers: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'idempotency-key' ? '[random]' : String(value).replace(/boundary=.*/, 'boundary=[random]'),
    ]),
  );

/**
 * Runs a program with the bare client and with the wrapped one, and holds both outcomes equal; then all spans must have
 * ended. Gives the spans that were recorded.
 */
export async function expectTransparent<Client extends object>(
  fake: FakeLlm,
  create: () => Client,
  wrap: (client: Client, tracer: Tracer) => Client,
  program: Program<Client>,
): Promise<MemoryTransport['spans']> {
  const transport = new MemoryTransport();
  const tracer = new Tracer({ transport });
  const started = vi.spyOn(tracer, 'startSpan');

  const bare = await outcomeOf(create(), program, fake);
  const wrapped = await outcomeOf(wrap(create(), tracer), program, fake);

  expect(wrapped).toEqual(bare);
  const open = (): number => {
    const count = started.mock.results.filter(({ value }) => !(value as { isEnded: boolean }).isEnded).length;
    // What nobody awaits ends when it is collected.
    if (count > 0) collectGarbage();
    return count;
  };
  await expect.poll(open, { interval: 5, timeout: 10_000 }).toBe(0);
  await tracer.flush();
  return transport.spans;
}
