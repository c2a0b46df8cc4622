import { randomBytes } from 'node:crypto';

// Words of ordinary chat, so that compression meets what it meets in use: a repeated filler would flatter it.
const words =
  `the a of and to in is you that it for was on are as with his they at be this have from or one had by word but not what all
were we when your can said there use an each which she do how their if will up other about out many then them these so some her
would make like him into time has look two more write go see number no way could people my than first water been call who oil its
now find long down day did get come made may part customer order parcel refund invoice account model answer question context
document search result summary please could thanks address delivery status tracking number policy return shipping week support`.split(
    /\s+/,
  );

/** A repeatable generator (mulberry32), so that every run sends the same texts. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function textOf(random: () => number, bytes: number): string {
  let text = '';
  while (text.length < bytes) text += `${words[Math.floor(random() * words.length)]} `;
  return text.slice(0, bytes);
}

/** One customer's number in so many: a word that search finds in few traces. */
export const customers = 100_000;

/** A batch as an SDK sends it: traces of five spans, each span about `bytesPerSpan` of JSON, all ids new. */
export function batchOf(options: {
  readonly spans: number;
  readonly bytesPerSpan: number;
  readonly seed: number;
  readonly startMillis: number;
  /** @default 5 */
  readonly spansPerTrace?: number;
  /** Of the first trace. @default a new one */
  readonly traceId?: string;
}) {
  const { spansPerTrace = 5 } = options;
  const random = generator(options.seed);
  const traces: object[] = [];
  const spans: object[] = [];
  for (let index = 0; index < options.spans; index += spansPerTrace) {
    const trace_id = (index === 0 ? options.traceId : undefined) ?? randomBytes(16).toString('hex');
    const start = options.startMillis + index;
    const at = (offset: number): string => new Date(start + offset).toISOString().replace('Z', '123Z');
    const user = `user-${Math.floor(random() * 1000)}`;
    traces.push({
      trace_id,
      name: 'answer',
      start_time: at(0),
      end_time: at(2000),
      user_id: user,
      session_id: `${user}-session`,
      tags: ['bench'],
      environment: 'bench',
    });
    const root = randomBytes(8).toString('hex');
    for (let place = 0; place < spansPerTrace; place += 1) {
      const kind = place % 5;
      const isModelCall = kind >= 3;
      const common = {
        trace_id,
        span_id: place === 0 ? root : randomBytes(8).toString('hex'),
        ...(place === 0 ? {} : { parent_span_id: root }),
        name: ['agent', 'search', 'lookup', 'chat gpt-4o-mini', 'chat gpt-4o-mini'][kind],
        span_type: ['agent', 'retrieval', 'tool', 'llm', 'llm'][kind],
        start_time: at(place * 300),
        end_time: at(place * 300 + 280),
        metadata: { step: place, route: '/chat', attempt: 1 },
      };
      const overhead = 500;
      const bytes = Math.max(0, options.bytesPerSpan - overhead);
      spans.push(
        isModelCall
          ? {
              ...common,
              model: 'gpt-4o-mini-2024-07-18',
              requested_model: 'gpt-4o-mini',
              provider: 'openai',
              model_parameters: { temperature: 0.2 },
              tokens_input: 400 + Math.floor(random() * 400),
              tokens_output: 100 + Math.floor(random() * 100),
              finish_reason: 'stop',
              first_token_time: at(place * 300 + 120),
              input_data: {
                messages: [
                  { role: 'system', content: textOf(random, bytes * 0.2) },
                  { role: 'user', content: textOf(random, bytes * 0.45) },
                ],
              },
              output_data: { messages: [{ role: 'assistant', content: textOf(random, bytes * 0.35) }] },
            }
          : {
              ...common,
              input_data: { query: `customer c${Math.floor(random() * customers)} ${textOf(random, bytes * 0.4)}` },
              output_data: { result: textOf(random, bytes * 0.6) },
            },
      );
    }
  }
  return { batch_id: randomBytes(8).toString('hex'), sdk: { name: 'bench', version: '1' }, traces, spans };
}
