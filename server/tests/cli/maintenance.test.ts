import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { dataFileOf } from '../../src/stores/sqlite/database.ts';
import { aBatchOf, aFolder, llmTracer, serving } from './cli-process.ts';

describe('llm-tracer backup', () => {
  it('copies a folder that is being written to; the copy opens, and equals what was acknowledged', async () => {
    const server = await serving();
    await server.call('/api/ingest', aBatchOf(1, 300));
    const writing = writeUntilStopped(server);
    const folder = await aFolder();
    const file = join(folder, 'llm-tracer.db');

    const { code, report } = await llmTracer(['backup', file, '--data-dir', server.dataDir, '--json']);
    const written = await writing.stop();

    expect(code).toBe(0);
    expect(report).toMatchObject({ file, bytes: expect.any(Number) });
    expect(await readdir(folder)).toEqual(['llm-tracer.db']);
    const recounted = await llmTracer(['recount', '--data-dir', folder, '--json']);
    expect([recounted.code, recounted.report.differences]).toEqual([0, []]);
    // Whole batches, as they stood at one moment.
    expect(recounted.report.spans).toBeGreaterThanOrEqual(300);
    expect(recounted.report.spans).toBeLessThanOrEqual(300 + written);
    const copy = await serving({ DATA_DIR: folder });
    const trace = async (from: typeof server) => (await from.call('/api/traces/t300')).json();
    expect(await trace(copy)).toEqual(await trace(server));
  });

  it('does not write over a file unless told to, nor over the data itself', async () => {
    const server = await serving();
    const file = join(await aFolder(), 'taken');
    await writeFile(file, 'precious');
    const backup = (...args: string[]) => llmTracer(['backup', ...args, '--data-dir', server.dataDir]);

    const codes = [
      (await backup(file)).code,
      (await backup(dataFileOf(server.dataDir), '--force')).code,
      (await backup(file, '--force')).code,
    ];

    expect(codes).toEqual([3, 2, 0]);
  });

  it('says that a folder has no data, rather than to make some', async () => {
    const folder = await aFolder();

    const { code, stderr } = await llmTracer(['backup', join(folder, 'b.db'), '--data-dir', folder]);

    expect(code).toBe(3);
    expect(stderr).toContain('There is no data in');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('llm-tracer recount', () => {
  it('finds a total that is not that of the spans, and repairs it', async () => {
    const server = await serving();
    await server.call('/api/ingest', aBatchOf(1, 3));
    await server.stop();
    const db = new DatabaseSync(dataFileOf(server.dataDir));
    db.exec('UPDATE rollups SET tokens_input = tokens_input + 1');
    db.close();
    const recount = (...args: string[]) => llmTracer(['recount', '--data-dir', server.dataDir, '--json', ...args]);

    const [found, repaired, afterwards] = [await recount(), await recount('--repair'), await recount()];

    expect([found.code, repaired.code, afterwards.code]).toEqual([1, 0, 0]);
    expect(found.report).toMatchObject({ traces: 3, spans: 3, repaired: false });
    expect(found.report.differences.length).toBeGreaterThan(0);
    expect(repaired.report.repaired).toBe(true);
    expect(afterwards.report.differences).toEqual([]);
  });
});

describe('llm-tracer prune', () => {
  it('removes what is older than it is told, and nothing without being told', async () => {
    const server = await serving({ RETENTION_DAYS: '365' });
    const [recent, old] = [-1, -100].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const aTrace = (trace_id: string, start_time: string | undefined) => ({ trace_id, name: 'n', start_time });
    await server.call('/api/ingest', { traces: [aTrace('recent', recent), aTrace('old', old)] });
    await server.stop();
    const prune = (...args: string[]) => llmTracer(['prune', '--data-dir', server.dataDir, '--json', ...args]);

    const untold = await prune();
    const long = await prune('--retention-days', '200');
    const short = await prune('--retention-days', '90');

    expect([untold.code, untold.stderr]).toEqual([2, expect.stringContaining('--retention-days')]);
    expect([long.report.pruned, short.report.pruned]).toEqual([0, 1]);
  });
});

describe('llm-tracer keys new', () => {
  it('makes a key that the server takes by its hash alone, with the scope asked for', async () => {
    const { code, report } = await llmTracer(['keys', 'new', '--project', 'shop', '--scope', 'read', '--json']);
    const server = await serving({ API_KEYS: report.entry });

    const me = await (await fetch(`${server.url}/api/me`, { headers: { 'x-api-key': report.key } })).json();

    expect(code).toBe(0);
    expect(report.entry).not.toContain(report.key);
    expect(me).toMatchObject({ project_id: 'shop', scopes: ['read'] });
  });

  it.each([[['--scope', 'write']], [['--project', 'my shop']]])('refuses %j', async (args) => {
    expect((await llmTracer(['keys', 'new', ...args])).code).toBe(2);
  });
});

describe('a file of data', () => {
  it('serves in another folder when it is copied there: that is a restore', async () => {
    const server = await serving();
    await server.call('/api/ingest', aBatchOf(1, 2));
    const [backup, restored] = [join(await aFolder(), 'b.db'), await aFolder()];
    await llmTracer(['backup', backup, '--data-dir', server.dataDir]);

    await copyFile(backup, dataFileOf(restored));

    const copy = await serving({ DATA_DIR: restored });
    expect((await copy.call('/api/spans/s2')).status).toBe(200);
  });
});

/** Keeps a server busy; says in the end how many spans it has sent. */
function writeUntilStopped(server: Awaited<ReturnType<typeof serving>>) {
  let isStopped = false;
  let written = 0;
  const done = (async () => {
    while (!isStopped) {
      await server.call('/api/ingest', aBatchOf(1000 + written, 1000 + written + 19));
      written += 20;
    }
  })();
  return {
    async stop(): Promise<number> {
      isStopped = true;
      await done;
      return written;
    },
  };
}
