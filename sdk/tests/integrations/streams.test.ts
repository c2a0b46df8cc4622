import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tracer } from '../../src/index.ts';
import { wrapAnthropic } from '../../src/integrations/anthropic.ts';
import { wrapOpenAI } from '../../src/integrations/openai.ts';
import { recording } from '../recording.ts';
import { telling } from './anthropic-programs.ts';
import { asking, readAll, responding } from './openai-programs.ts';
import { anthropicClient, type FakeLlm, openAIMajors, startProvider } from './providers.ts';
import { expectTransparent } from './transparency.ts';

interface EventStream extends AsyncIterable<unknown> {
  readonly controller: AbortController;
}

interface Options {
  readonly signal: AbortSignal;
}

/** A kind of call that streams, of any client. */
interface Streaming<Client extends object> {
  readonly create: (fake: FakeLlm, options?: { fetch: typeof fetch }) => Client;
  readonly wrap: (client: Client, tracer: Tracer) => Client;
  readonly open: (client: Client, prompt: string, options?: Options) => Promise<EventStream>;
}

const openAIStreams = openAIMajors.flatMap(([major, create]) => [
  [
    `chat of ${major}`,
    {
      create,
      wrap: wrapOpenAI,
      open: (openai: OpenAI, prompt: string, options?: Options) =>
        openai.chat.completions.create({ ...asking(prompt), stream: true }, options),
    },
  ],
  [
    `responses of ${major}`,
    {
      create,
      wrap: wrapOpenAI,
      open: (openai: OpenAI, prompt: string, options?: Options) =>
        openai.responses.create({ ...responding(prompt), stream: true }, options),
    },
  ],
]) as unknown as [string, Streaming<object>][];

const streams: [string, Streaming<object>][] = [
  ...openAIStreams,
  [
    'messages of Anthropic',
    {
      create: anthropicClient,
      wrap: wrapAnthropic,
      open: (anthropic: Anthropic, prompt: string, options?: Options) =>
        anthropic.messages.create({ ...telling(prompt), stream: true }, options),
    } as unknown as Streaming<object>,
  ],
];

// Long enough for what has been sent to arrive.
const idleMs = 30;

let fake: FakeLlm;
beforeAll(async () => {
  fake = await startProvider();
});
afterAll(() => fake.close());

/** Reads so many chunks by hand, and leaves the rest. */
async function read(stream: AsyncIterable<unknown>, count: number, say: (chunk: unknown) => void): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  for (let read = 0; read < count; read += 1) say(await iterator.next());
}

describe.each(streams)('%s', (_title, { create, wrap, open }) => {
  const same = (program: Parameters<typeof expectTransparent<object>>[3]) =>
    expectTransparent(fake, () => create(fake), wrap, program);

  /** How many chunks this kind of answer comes in. */
  let last = 0;
  beforeAll(async () => {
    for await (const _ of await open(create(fake), '[say:a b]')) last += 1;
    expect(last).toBeGreaterThan(3);
  });

  const atEveryChunk = async (check: (count: number) => Promise<unknown>): Promise<void> => {
    for (let count = 0; count <= last; count += 1) await check(count);
  };

  test('is the same where the connection breaks at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) =>
        readAll(await open(client, `[disconnect:${count}] [say:a b]`), say),
      );

      expect(others).toEqual([]);
      expect(span).toMatchObject({ status: 'error', error_type: expect.any(String) });
    }));

  test('is the same where an error comes at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) =>
        readAll(await open(client, `[stream-error:${count}] [say:a b]`), say),
      );

      expect(others).toEqual([]);
      expect(span).toHaveProperty('end_time');
    }));

  test('is the same where the program gives up at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) => {
        let left = count;
        for await (const chunk of await open(client, '[say:a b]')) {
          say(chunk);
          left -= 1;
          if (left <= 0) break;
        }
      });

      expect(others).toEqual([]);
      expect(span?.status).not.toBe('error');
    }));

  test('is the same where the program aborts the stream at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) => {
        const stream = await open(client, `[hang:${count + 1}] [say:a b]`);
        await read(stream, Math.min(count, last - 1), say);
        stream.controller.abort();
      });

      expect(others).toEqual([]);
      expect(span).toMatchObject({ events: [{ name: 'cancelled' }] });
    }));

  test('is the same where the program’s signal aborts at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) => {
        const controller = new AbortController();
        const stream = await open(client, `[hang:${count + 1}] [say:a b]`, { signal: controller.signal });
        // All that has been sent is read: nothing comes for a while.
        const abort = setTimeout(() => controller.abort(), idleMs);
        for await (const chunk of stream) {
          say(chunk);
          abort.refresh();
        }
      });

      expect(others).toEqual([]);
      expect(span).toMatchObject({ events: [{ name: 'cancelled' }] });
    }));

  test('is the same where the program forgets the stream at any chunk', () =>
    atEveryChunk(async (count) => {
      const [span, ...others] = await same(async (client, say) =>
        read(await open(client, '[say:a b]'), Math.min(count, last - 1), say),
      );

      expect(others).toEqual([]);
      expect(span).toMatchObject({ events: [{ name: 'abandoned' }] });
    }));

  test('gives each chunk before the next one is sent', async () => {
    const frames = await framesOf(create(fake), open);
    let send: (frame: string) => void = () => {};
    const body = new ReadableStream({
      start(controller) {
        send = (frame) => controller.enqueue(new TextEncoder().encode(frame));
      },
    });
    const client = create(fake, {
      fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    });
    const iterator = (await open(wrap(client, recording().tracer), 'Hello'))[Symbol.asyncIterator]();

    for (const frame of frames) {
      send(frame);
      // Were it held back until there is more, this would never be.
      expect(await iterator.next()).toMatchObject({ done: false });
    }
  });
});

/** The frames of a streamed answer, one for each chunk. */
async function framesOf(client: object, open: Streaming<object>['open']): Promise<string[]> {
  const promise = open(client, '[say:a b]') as unknown as { asResponse(): Promise<Response> };
  const text = await (await promise.asResponse()).text();
  const frames = text.split('\n\n').filter((frame) => frame !== '' && !/\[DONE\]|event: ping/.test(frame));
  return frames.map((frame) => `${frame}\n\n`);
}
