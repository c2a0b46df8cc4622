// A worker of Cloudflare's runtime: it records, answers, and is kept alive until what it recorded is sent.
import { Tracer } from 'llm-tracer';
import { recordTrace } from '../../delivery/programs/work.ts';

interface Environment {
  readonly url: string;
  readonly apiKey: string;
  readonly traces: number;
}

export default {
  async fetch(_request: Request, environment: Environment, context: { waitUntil(promise: Promise<unknown>): void }) {
    const tracer = new Tracer({ url: environment.url, apiKey: environment.apiKey });
    tracer.flushOn((promise) => context.waitUntil(promise));
    for (let index = 0; index < environment.traces; index += 1) await recordTrace(tracer, index);
    return new Response('recorded');
  },
};
