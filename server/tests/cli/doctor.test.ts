import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { llmTracer, serving } from './cli-process.ts';

const doctor = (url: string, ...args: string[]) => llmTracer(['doctor', '--json', '--url', url, ...args]);
const verdicts = (report: { findings: { check: string; verdict: string }[] }) =>
  report.findings.map(({ check, verdict }) => [check, verdict]);

describe('llm-tracer doctor', () => {
  it('finds nothing wrong where nothing is, and leaves nothing behind', async () => {
    const server = await serving();

    const { code, report } = await doctor(server.url, '--key', server.key);

    expect(code).toBe(0);
    expect(verdicts(report)).toEqual([
      ['server', 'well'],
      ['clock', 'well'],
      ['key', 'well'],
      ['round trip', 'well'],
    ]);
    expect(await (await server.call('/api/traces')).json()).toMatchObject({ count: 0 });
  });

  it.each([
    ['ingest', /may not read/],
    ['read', /may not write/],
  ])('makes the part of a round trip that a key of scope %s may make', async (scope, sentence) => {
    const server = await serving({ API_KEYS: `shop:secret:${scope}` });

    const { code, report } = await doctor(server.url, '--key', 'secret');

    expect(code).toBe(0);
    expect(report.findings.at(-1)).toMatchObject({ check: 'round trip', verdict: 'unknown' });
    expect(report.findings.at(-1).sentence).toMatch(sentence);
  });

  it('says that there is no key, or that it is a wrong one', async () => {
    const server = await serving();

    const none = await doctor(server.url);
    const wrong = await doctor(server.url, '--key', 'nope');

    expect([none.code, wrong.code]).toEqual([1, 1]);
    expect(none.report.findings.at(-1).sentence).toContain('TRACER_API_KEY');
    expect(wrong.report.findings.at(-1).sentence).toContain('API_KEYS');
  });

  it('says that nothing listens there', async () => {
    const { code, report } = await doctor('http://127.0.0.1:9');

    expect(code).toBe(1);
    expect(report.findings).toMatchObject([{ check: 'server', verdict: 'unwell' }]);
  });

  it('tells a server that is not LLM Tracer from one that is', async () => {
    const url = await answering({ hello: 'world' });

    const { report } = await doctor(url);

    expect(report.findings).toMatchObject([{ check: 'server', verdict: 'unwell' }]);
    expect(report.findings[0].sentence).toContain('no LLM Tracer server');
  });

  it('says by how much the clocks differ', async () => {
    const url = await answering({
      status: 'healthy',
      service: 'llm-tracer',
      version: '0.1.0',
      wire_version: 1,
      storage: 'sqlite',
      timestamp: new Date(Date.now() - 90_000).toISOString(),
    });

    const { report } = await doctor(url);

    const clock = report.findings.find(({ check }: { check: string }) => check === 'clock');
    expect(clock).toMatchObject({ verdict: 'unwell', sentence: expect.stringMatching(/(8|9)\d\.\d s ahead of/) });
  });
});

/** A server that answers the same to everything. */
async function answering(body: object): Promise<string> {
  const server = createServer((_request, response) => response.end(JSON.stringify(body))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
