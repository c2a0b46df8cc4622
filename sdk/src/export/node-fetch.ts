import { nodeBuiltin } from '../node-builtin.ts';
import type { Bytes } from './block.ts';

type Http = Pick<typeof import('node:http'), 'Agent' | 'request'>;

// Statuses whose Response may have no body, not even an empty one.
const bodiless = new Set([101, 204, 205, 304]);

const agents = new Map<string, InstanceType<Http['Agent']>>();

/** One pool of connections a protocol: tracers share it, and an idle connection keeps no process alive. */
const agentOf = (protocol: string, { Agent }: Http): InstanceType<Http['Agent']> => {
  let agent = agents.get(protocol);
  if (agent === undefined) {
    agent = new Agent({ keepAlive: true });
    agents.set(protocol, agent);
  }
  return agent;
};

/**
 * What stands in for the runtime's fetch on Node: a request of `node:http` that writes these bytes. A third of the time
 * on the main thread for 300 KB, since fetch copies the bytes and passes them through streams.
 *
 * Undefined elsewhere: Bun and Deno make such requests out of fetch.
 */
export function nodeFetch(bytes: Bytes): typeof globalThis.fetch | undefined {
  const isNode = !('Bun' in globalThis) && !('Deno' in globalThis);
  if (!isNode || nodeBuiltin('node:http') === undefined) return undefined;
  return (input) => exchange(input as Request, bytes);
}

function exchange({ url, method, headers, signal }: Request, bytes: Bytes): Promise<Response> {
  const { protocol } = new URL(url);
  const http = nodeBuiltin(protocol === 'https:' ? 'node:https' : 'node:http') as Http;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...Object.fromEntries(headers), 'content-length': bytes.length },
      agent: agentOf(protocol, http),
      signal,
    };
    const request = http.request(url, options, (response) => {
      const chunks: Uint8Array[] = [];
      response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: fields } = response;
        const { 'retry-after': retryAfter, date } = fields;
        const body = bodiless.has(status) ? null : globalThis.Buffer.concat(chunks);
        try {
          const told = { ...(retryAfter && { 'retry-after': retryAfter }), ...(date && { date }) };
          resolve(new Response(body, { status, headers: told }));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
