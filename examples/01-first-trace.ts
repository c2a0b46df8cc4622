// The three ways to trace: a callback, a block with `using`, and a wrapped function. No model, no key but the tracer's.
//
//   pnpm example 01
import { Tracer } from 'llm-tracer';

// Reads TRACER_URL and TRACER_API_KEY (or API_KEY). Without a key it traces nothing, says so once, and stays out of the way.
const tracer = new Tracer();

// A wrapped function keeps its signature. Each call becomes a span, with its arguments as input and its result as output.
const findTrails = tracer.wrap('find-trails', { kind: 'tool' }, async (region: string) => [
  { trail: 'Ridge path', region, km: 14 },
  { trail: 'Lake round', region, km: 6 },
  { trail: 'Old railway', region, km: 9 },
]);

// A trace is one run of your application. Whatever is traced inside the callback belongs to it, across every `await`.
// What the callback returns is recorded and passed on; what it throws is recorded and thrown on.
const suggestion = await tracer.trace(
  'suggest-a-walk',
  { input: { region: 'Harz', maxKm: 10 }, userId: 'ada', sessionId: 'sunday-plans', tags: ['example'] },
  async (trace) => {
    const trails = await findTrails('Harz');

    const shortEnough = await tracer.span('filter', { kind: 'function', input: { maxKm: 10 } }, () =>
      trails.filter((trail) => trail.km <= 10),
    );

    // `using` ends the span when the block does, also when it throws.
    let longest = shortEnough[0];
    {
      using span = tracer.startSpan('pick', { kind: 'function', input: shortEnough });
      for (const trail of shortEnough) if (longest === undefined || trail.km > longest.km) longest = trail;
      span.setOutput(longest);
      span.setMetadata({ rule: 'longest that is short enough' });
    }

    // Feedback is a score: from a user, from code, or from a model that judges.
    tracer.score({ traceId: trace.id, name: 'found-one', value: longest !== undefined, source: 'code' });
    console.log(`Trace: ${trace.url}`);
    return longest;
  },
);
console.log('Suggestion:', suggestion);

// A process that ends by itself sends what is left. `flush` is for when you want to know: it waits, and says what became of it.
const report = await tracer.flush();
console.log('Delivered:', report.delivered, 'dropped:', report.dropped);
