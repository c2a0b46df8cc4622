import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aBatchOf, aFolder, aRecord, llmTracer, serving } from './cli-process.ts';

const kindsOf = (ndjson: string) =>
  ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).kind);

describe('llm-tracer export', () => {
  it('writes a server’s records to standard output, and what it did to standard error', async () => {
    const server = await serving();
    await server.call('/api/ingest', aBatchOf(1, 2));

    const { code, stdout, stderr } = await llmTracer(['export', '--url', `${server.url}/`, '--key', server.key]);

    expect([code, stderr]).toEqual([0, `2 traces, 2 spans, 2 scores exported from ${server.url}.\n`]);
    expect(kindsOf(stdout)).toEqual(['trace', 'span', 'score', 'trace', 'span', 'score', 'end']);
  });

  it('writes a folder’s records to a file, filtered, by the client’s variables', async () => {
    const server = await serving();
    await server.call('/api/ingest', aBatchOf(1, 4));
    const output = join(await aFolder(), 'export.ndjson');
    const filters = ['--user-id', 'user-0', '--from', '-1d'];

    const byVariables = await llmTracer(['export', ...filters], {
      env: { TRACER_URL: server.url, TRACER_API_KEY: server.key },
    });
    await server.stop();
    const { code, report } = await llmTracer([
      'export',
      '--json',
      '--data-dir',
      server.dataDir,
      '--output',
      output,
      ...filters,
    ]);

    expect([code, report]).toEqual([0, { traces: 2, spans: 2, scores: 2, output }]);
    expect(await readFile(output, 'utf8')).toBe(byVariables.stdout);
  });

  it.each([
    ['a wrong filter', ['--from', 'yesterday'], 2, /from/],
    ['a wrong key', ['--key', 'wrong'], 3, /401/],
    ['an unknown option', ['--nope'], 2, /unknown option/],
    ['an address where nothing listens', ['--url', 'http://127.0.0.1:9'], 3, /cannot be reached/],
    ['an address that is none', ['--url', 'traces.example'], 2, /is not the URL/],
  ])('ends with its own exit code and a sentence for %s', async (_title, args, exitCode, sentence) => {
    const server = await serving();

    const { code, stderr } = await llmTracer(['export', '--url', server.url, '--key', server.key, ...args]);

    expect(code).toBe(exitCode);
    expect(stderr).toMatch(sentence);
  });

  it('leaves no file of an export that is cut off', async () => {
    const cutOff = await aServerThat((_request, response) => {
      response.writeHead(200);
      response.write('{"kind":"trace"}\n', () => response.destroy());
    });
    const folder = await aFolder();

    const { code, stderr } = await llmTracer(['export', '--url', cutOff, '--output', join(folder, 'export.ndjson')]);

    expect(code).toBe(3);
    expect(stderr).toMatch(/broke off|cut off/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not take an answer without its last line for an export', async () => {
    const halved = await aServerThat((_request, response) => response.end('{"kind":"trace"}\n'));

    const { code, stderr } = await llmTracer(['export', '--url', halved]);

    expect(code).toBe(3);
    expect(stderr).toContain('cut off');
  });
});

describe('llm-tracer import', () => {
  it('restores an export in another store; twice is once', async () => {
    const server = await serving();
    for (const from of [1, 301, 601]) await server.call('/api/ingest', aBatchOf(from, from + 299));
    const file = join(await aFolder(), 'export.ndjson');
    await llmTracer(['export', '--url', server.url, '--key', server.key, '--output', file]);
    const restored = await aFolder();

    const first = await llmTracer(['import', file, '--data-dir', restored, '--json']);
    const second = await llmTracer(['import', file, '--data-dir', restored, '--json']);

    expect([first.code, first.report]).toEqual([0, { imported: 2700, refused: 0, whole: true, details: [] }]);
    expect([second.code, second.report]).toEqual([0, first.report]);
    const copy = await serving({ DATA_DIR: restored });
    const stats = async (from: typeof server) => (await from.call('/api/stats')).json();
    expect(await stats(copy)).toEqual(await stats(server));
  });

  it('reads standard input and sends to a server', async () => {
    const server = await serving();
    const { trace, span } = aRecord(1);
    const input = [{ kind: 'trace', ...trace }, { kind: 'span', ...span }, { kind: 'end' }]
      .map((line) => JSON.stringify(line))
      .join('\n');

    const { code } = await llmTracer(['import', '--url', server.url, '--key', server.key], { input });

    expect(code).toBe(0);
    expect((await server.call('/api/spans/s1')).status).toBe(200);
  });

  it('takes what it can, and names the lines that it cannot take', async () => {
    const folder = await aFolder();
    const file = join(folder, 'export.ndjson');
    const lines = [
      JSON.stringify({ kind: 'trace', ...aRecord(1).trace }),
      'not JSON',
      JSON.stringify({ kind: 'span', ...aRecord(1).span, start_time: 'yesterday' }),
      JSON.stringify({ kind: 'dog' }),
      JSON.stringify({ kind: 'score', ...aRecord(1).score }),
    ];
    await writeFile(file, lines.join('\n'));

    const { code, report } = await llmTracer(['import', file, '--data-dir', join(folder, 'data'), '--json']);

    expect(code).toBe(1);
    expect(report).toMatchObject({ imported: 2, refused: 3, whole: false });
    expect(report.details.map(({ line }: { line: number }) => line).toSorted()).toEqual([2, 3, 4]);
  });

  it('does not make records of traces that were computed from their spans', async () => {
    const server = await serving();
    await server.call('/api/ingest', { spans: [aRecord(1).span] });
    const { stdout } = await llmTracer(['export', '--url', server.url, '--key', server.key]);
    const other = await serving();

    await llmTracer(['import', '--url', other.url, '--key', other.key], { input: stdout });

    expect((await llmTracer(['export', '--url', other.url, '--key', other.key])).stdout).toContain('"is_derived":true');
  });

  it('waits for a server that is busy, and sends again', async () => {
    let asked = 0;
    const busy = await aServerThat((request, response) => {
      request.resume();
      asked += 1;
      if (asked === 1) response.writeHead(503, { 'retry-after': '1' }).end('{}');
      else response.end('{"accepted":1,"rejected":[]}');
    });
    const input = `${JSON.stringify({ kind: 'trace', ...aRecord(1).trace })}\n{"kind":"end"}`;

    const { code } = await llmTracer(['import', '--url', busy], { input });

    expect([code, asked]).toEqual([0, 2]);
  });

  it('says where to go on when it is stopped in the middle, and goes on there', async () => {
    let batches = 0;
    const failing = await aServerThat((request, response) => {
      request.resume();
      batches += 1;
      if (batches > 1) response.writeHead(403).end('{"detail":"no more"}');
      else response.end('{"accepted":500,"rejected":[]}');
    });
    const lines = Array.from({ length: 700 }, (_, i) => JSON.stringify({ kind: 'trace', ...aRecord(i).trace }));
    const input = [...lines, '{"kind":"end"}'].join('\n');

    const stopped = await llmTracer(['import', '--url', failing], { input });
    const goneOn = await llmTracer(['import', '--data-dir', await aFolder(), '--start-line', '501', '--json'], {
      input,
    });

    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain('Lines up to 500 are in; go on with --start-line 501.');
    expect(goneOn.report).toMatchObject({ imported: 200, whole: true });
  });
});

/** A server that is not ours. */
async function aServerThat(answer: Parameters<typeof createServer>[1] & {}): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
