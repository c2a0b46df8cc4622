// A page: no ambient context there, so each span is made by its parent. Records what ../../delivery/programs/work.ts does.
import { type FlushReport, Tracer } from 'llm-tracer';

Object.assign(globalThis, {
  async recordTraces(url: string, apiKey: string, traces: number): Promise<FlushReport> {
    const tracer = new Tracer({ url, apiKey });
    for (let index = 0; index < traces; index += 1)
      await tracer.trace(`trace ${index}`, { userId: 'u-1', input: { index } }, (trace) =>
        trace.span('agent', { kind: 'agent' }, async (agent) => {
          await agent.span('search', { kind: 'retrieval', input: 'green tea' }, async () => [index]);
          await agent.span('call', { kind: 'llm', input: 'green tea', model: 'a-model' }, async (span) => {
            span.setUsage({ inputTokens: 100 + index, outputTokens: 10 }).setCost(0.001);
            return 'green';
          });
        }),
      );
    return tracer.flush(60_000);
  },
});
