import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

interface Chat {
  readonly topic: string;
  readonly system: string;
  readonly context: string;
  readonly question: string;
  readonly answer: string;
}

const chats: readonly Chat[] = JSON.parse(readFileSync(join(root, 'bench/corpus/chats.json'), 'utf8'));

/** A model call's payloads: 3 KB in and 1 KB out of English, or as much as is asked for, filled up from the other chats. */
export function payloadOf(chat: Chat, inputBytes = 3_000, outputBytes = 1_000) {
  // From the same half: what the dictionary was made of must not be in what it is judged by.
  const half = trainingChats.includes(chat) ? trainingChats : heldOutChats;
  const others = half.filter((other) => other !== chat);
  const filled = (text: string, bytes: number, more: (other: Chat) => string): string =>
    [text, ...Array.from({ length: Math.ceil(bytes / 1_000) }, (_, n) => more(others[n % others.length] as Chat))]
      .join('\n\n')
      .slice(0, bytes);
  const content = filled(
    `${chat.context}\n\n${chat.question}`,
    inputBytes - chat.system.length,
    ({ context }) => context,
  );
  return {
    input_data: {
      messages: [
        { role: 'system', content: chat.system },
        { role: 'user', content },
      ],
    },
    output_data: {
      messages: [{ role: 'assistant', content: filled(chat.answer, outputBytes, ({ answer }) => answer) }],
    },
  };
}

/** What a dictionary is made of, and what it is judged by: never the same texts. */
export const trainingChats = chats.slice(0, 3);
export const heldOutChats = chats.slice(3);

/** English as this repository has it: guides and decisions. */
export const prose = (): string[] =>
  ['docs/guides', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );

const models = ['gpt-4o-mini', 'gpt-4.1', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'text-embedding-3-small'];
const names = ['chat', 'search', 'answer', 'rank', 'embed', 'agent', 'ChatCompletion', 'retrieve', 'plan', 'tool'];
const types = ['llm', 'retrieval', 'function', 'tool', 'embedding', 'chain', 'agent'];

/** Records as the store writes them, but for payloads: of spans, of traces, of ledgers' texts. */
export function recordTexts(seed: number, count: number): string[] {
  let state = seed;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const hex = (digits: number): string => Array.from({ length: digits }, () => random(16).toString(16)).join('');
  const time = (): string =>
    `2026-${String(1 + random(12)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}T${String(random(24)).padStart(2, '0')}:${String(random(60)).padStart(2, '0')}:${String(random(60)).padStart(2, '0')}.${String(random(1_000_000)).padStart(6, '0')}Z`;
  return Array.from({ length: count }, (_, index) => {
    const model = models[random(models.length)] as string;
    const fields = {
      parent_span_id: hex(16),
      name: names[random(names.length)],
      span_type: types[random(types.length)],
      start_time: time(),
      end_time: time(),
    };
    switch (index % 4) {
      case 0:
        return JSON.stringify({
          r: 1_099_511_627_777,
          f: {
            ...fields,
            status: 'ok',
            model,
            requested_model: model,
            provider: 'openai',
            model_parameters: { temperature: random(10) / 10, max_tokens: 100 * random(40) },
            finish_reason: 'stop',
            tokens_input: random(4000),
            tokens_output: random(900),
            tokens_cache_read: random(900),
            usage_details: { prompt_tokens: random(4000), completion_tokens: random(900), total_tokens: random(5000) },
            first_token_time: time(),
          },
          p: [random(10_000_000), 'genai-prices', '0.1.8', 'openai', model],
        });
      case 1:
        return JSON.stringify({ r: 0, x: { start_time: 0 }, f: fields });
      case 2:
        return JSON.stringify({
          r: 1_099_511_627_777,
          f: { ...fields, error: 'Error: timeout', error_type: 'TimeoutError' },
        });
      default:
        return JSON.stringify({
          s: 'live',
          t: 1_790_000_000_000_000 + random(1_000_000_000),
          r: {
            r: 1_099_511_627_777,
            f: {
              name: names[random(names.length)],
              start_time: time(),
              end_time: time(),
              tags: ['production', 'beta'],
              user_id: `user-${random(10_000)}`,
              session_id: hex(32),
              environment: 'production',
              release: `1.${random(20)}.${random(9)}`,
              service_name: 'checkout-api',
            },
          },
          n: [names[random(names.length)], model],
        });
    }
  });
}

/** What messages, tools and documents look like around their texts. */
export const scaffolding: readonly string[] = [
  '{"input_data":{"messages":[{"role":"system","content":"You are a helpful assistant. Answer the question using only the context below. If you do not know the answer, say so."},{"role":"user","content":"',
  '"}]},"output_data":{"messages":[{"role":"assistant","content":"',
  '{"role":"assistant","content":null,"tool_calls":[{"id":"call_","type":"function","function":{"name":"search","arguments":"{\\"query\\":\\""}}]},{"role":"tool","tool_call_id":"call_","content":"{\\"results\\":[{\\"title\\":\\"","url\\":\\"https://www.',
  '"output_data":{"documents":[{"id":"","content":"","score":0.8',
  '"metadata":{"',
  '"events":[{"name":"token","time":"2026-',
  '"tools":[{"type":"function","function":{"name":"get_weather","description":"Get the current weather in a given location","parameters":{"type":"object","properties":{"location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["location"]}}}]',
];
