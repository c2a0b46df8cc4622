// The shared logical content. One trace is 5 operations: agent -> retrieval, tool, llm, llm.
//
// Everything is generated before a measurement starts, from a seeded generator, so that all tracers see the same text.
// Each operation carries two markers: ~S<n>~ in its metadata (known at its start) and ~E<n>~ in its output (known at its
// end). The sink counts operation n as delivered when it has seen both: that works for any wire format.

export const spansPerTrace = 5;

let seed = 0x9e3779b9;
const random = () => {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 4294967296;
};

const syllables =
  'ba be bi bo bu ca ce co da de di do fa fi ga go ha he in ka ke la le li lo ma me mi mo na ne no pa pe ra re ri ro sa se si so ta te ti to un ve vi wa we za'.split(
    ' ',
  );
const words = Array.from({ length: 4000 }, () => {
  let word = '';
  for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1)
    word += syllables[Math.floor(random() * syllables.length)];
  return word;
});

// A choice much like Zipf's, so that compression sees something close to natural text (gzip: about 2.5 times).
const nextWord = () => words[Math.floor(words.length * random() ** 3)];

function text(length) {
  const chosen = [];
  let count = 0;
  while (count < length) {
    const word = nextWord();
    chosen.push(word);
    count += word.length + 1;
  }
  return chosen.join(' ').slice(0, length);
}

function hex(length) {
  let digits = '';
  while (digits.length < length)
    digits += Math.floor(random() * 0x100000000)
      .toString(16)
      .padStart(8, '0');
  return digits.slice(0, length);
}

const systemPrompt = text(600);

function makeTrace(index) {
  let operation = index * spansPerTrace;
  const metadata = () => ({
    tenant: `acme-${index % 17}`,
    region: 'eu-west-1',
    feature: 'support-chat',
    release: '2026.11.3',
    bench: `~S${operation}~`,
  });
  const endMarker = () => {
    const marker = `~E${operation}~`;
    operation += 1;
    return marker;
  };

  const llm = (model) => {
    const input = 380 + Math.floor(random() * 300);
    const output = 180 + Math.floor(random() * 120);
    return {
      name: `chat ${model}`,
      model,
      provider: 'openai',
      temperature: 0.2,
      maxTokens: 1024,
      metadata: metadata(),
      messages: [
        { role: 'system', content: systemPrompt },
        { role: 'user', content: text(1350) },
      ],
      output: { role: 'assistant', content: text(1000) + endMarker() },
      usage: { input, output, total: input + output },
      cost: { input: input * 2.5e-6, output: output * 1e-5, total: input * 2.5e-6 + output * 1e-5 },
    };
  };
  const document = (position) => ({
    id: hex(8),
    score: Math.round(random() * 1e4) / 1e4,
    text: text(180) + (position === 2 ? endMarker() : ''),
  });

  const root = {
    name: 'support-agent',
    userId: `user-${index % 997}`,
    sessionId: `sess-${hex(12)}`,
    metadata: metadata(),
    input: { question: text(120) },
    output: { answer: text(200) + endMarker() },
  };
  const retrieval = {
    name: 'retrieve-docs',
    metadata: metadata(),
    input: { query: root.input.question, topK: 3 },
    output: { documents: [0, 1, 2].map(document) },
  };
  const tool = {
    name: 'lookup-order',
    metadata: metadata(),
    input: { orderId: hex(10), fields: ['status', 'eta', 'total'] },
    output: {
      status: 'shipped',
      eta: '2026-11-30',
      total: Math.round(random() * 1e4) / 100,
      note: endMarker(),
    },
  };
  return { root, retrieval, tool, llms: [llm('gpt-4o'), llm('gpt-4o-mini')] };
}

const made = [];

/** Makes traces 0 up to `count`. To be called before anything is measured. */
export function prepare(count) {
  while (made.length < count) made.push(makeTrace(made.length));
}

export function getTrace(index) {
  made[index] ??= makeTrace(index);
  return made[index];
}

const workMs = Number(process.env.BENCH_WORK_MS ?? 0);

/** The awaited work in an operation: a hop that stays in the microtask queue or, in `long`, a wait as for a model. */
export const work = workMs
  ? () =>
      new Promise((resolve) => {
        setTimeout(resolve, workMs);
      })
  : async () => {
      await null;
    };
