// The three ways to trace: a callback, `using`, and a wrapped function. No model, no key but the tracer's.
//
//   pnpm example 01
import { Tracer } from 'llm-tracer';

interface Trail {
  readonly name: string;
  readonly km: number;
}

// Reads TRACER_URL and TRACER_API_KEY (or API_KEY). Without a key it records nothing, and says so once.
const tracer = new Tracer();

// A wrapped function keeps its signature. Each call becomes a span, with its arguments as input and its result as output.
const findTrails = tracer.wrap(
  'find-trails',
  { kind: 'tool' },
  async (_region: string): Promise<Trail[]> => [
    { name: 'Ridge path', km: 14 },
    { name: 'Lake round', km: 6 },
    { name: 'Old railway', km: 9 },
  ],
);

// `using` ends the span when the function returns or throws. A block cannot see what it returned, so say the output.
function pickLongest(trails: readonly Trail[]): Trail | undefined {
  using span = tracer.startSpan('pick-longest', { kind: 'function', input: trails });
  const longest = trails.toSorted((a, b) => b.km - a.km)[0];
  span.setOutput(longest).setMetadata({ considered: trails.length });
  return longest;
}

// A trace is one run of your application. Whatever is traced inside the callback belongs to it, across every `await`.
// What a callback returns is recorded and passed on; what it throws is recorded and thrown on.
const suggestion = await tracer.trace(
  'suggest-a-walk',
  { input: { region: 'Harz', maxKm: 10 }, userId: 'ada', sessionId: 'sunday-plans', tags: ['example'] },
  async (trace) => {
    const trails = await findTrails('Harz');

    const shortEnough = tracer.span('filter', { kind: 'function', input: { maxKm: 10 } }, () =>
      trails.filter((trail) => trail.km <= 10),
    );
    const longest = pickLongest(shortEnough);

    // Feedback is a score: from a user, from code, or from a model that judges. Here, of the trace that is active.
    tracer.score({ name: 'found-one', value: longest !== undefined });
    console.log(`Trace: ${trace.url}`);
    return longest;
  },
);
console.log('Suggestion:', suggestion);

// A program that ends by itself sends what is left. `flush` is for one that must know: it waits, and says what became of it.
console.log('Sent:', await tracer.flush());
