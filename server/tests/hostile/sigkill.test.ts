import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import type { Store } from '../../src/stores/store.ts';

const worker = fileURLToPath(new URL('fixtures/store-worker.ts', import.meta.url));
const kills = Math.ceil(50 * Number(process.env['TEST_SCALE'] ?? 1));
const project = 'acme';
const day = 86_400_000_000;
const firstMicros = Date.parse('2026-01-15T12:00:00Z') * 1000;
/** Two rounds a day, three days of retention: what earlier rounds stored expires while later ones prune. */
const momentOf = (round: number): number => firstMicros + Math.floor(round / 2) * day;

interface Said {
  readonly stored?: string;
  readonly spans?: number;
  readonly deleting?: string;
  readonly deleted?: string;
}

/** Runs the worker and kills it at some moment of its work. What it had said by then is what the test holds the store to. */
async function workUntilKilled(dataDir: string, round: number, afterMs: number): Promise<Said[]> {
  const args = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning', worker];
  const child = spawn(process.execPath, [...args, dataDir, String(momentOf(round)), String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  // The last line may have been cut.
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((line) => JSON.parse(line) as Said);
}

describe(`a store that is killed ${kills} times in ingest, deletion, pruning and recount`, () => {
  let dataDir: string;
  const acknowledged = new Map<string, { readonly round: number; readonly spans: number }>();
  const deleting = new Set<string>();
  const deleted = new Map<string, number>();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-sigkill-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  const inspect = async <T>(look: (db: DatabaseSync) => T): Promise<T> => {
    const db = new DatabaseSync(join(dataDir, 'llm-tracer.db'), { readOnly: true });
    try {
      return look(db);
    } finally {
      db.close();
    }
  };
  const openAt = (round: number, searchIndex?: 'heads') =>
    openSqliteStore({
      dataDir,
      clock: () => momentOf(round),
      retentionDays: 3,
      synchronous: 'NORMAL',
      ...(searchIndex === undefined ? {} : { searchIndex }),
    });
  const expectAcknowledged = async (store: Store, round: number): Promise<void> => {
    // Those of two days are all that can be checked without retention having a say.
    const recent = [...acknowledged].filter(([, { round: stored }]) => stored >= round - 4);
    for (const [id, { spans }] of recent) {
      if (deleted.has(id)) expect(await store.traceState(project, id), id).toBe('deleted');
      else if (!deleting.has(id)) {
        const answer = await store.readTrace(project, id, { payloads: true, limit: 5_000 });
        expect(answer?.spans.length, id).toBe(spans);
        expect(answer?.trace.span_count, id).toBe(spans);
      }
    }
  };

  it('is sound, has all it acknowledged, and exact totals, after each', { timeout: 600_000 }, async () => {
    for (let round = 0; round < kills; round += 1) {
      for (const said of await workUntilKilled(dataDir, round, (round * 37) % 300)) {
        if (said.stored !== undefined) acknowledged.set(said.stored, { round, spans: said.spans ?? 0 });
        if (said.deleting !== undefined) deleting.add(said.deleting);
        if (said.deleted !== undefined) deleted.set(said.deleted, round);
      }

      expect(await inspect((db) => db.prepare('PRAGMA integrity_check').all())).toEqual([{ integrity_check: 'ok' }]);
      const store = await openAt(round);
      try {
        expect((await store.recount({ repair: false })).differences, `round ${round}`).toEqual([]);
        await expectAcknowledged(store, round);
      } finally {
        await store.close();
      }
    }
    expect(acknowledged.size).toBeGreaterThan(kills);
    expect(deleted.size).toBeGreaterThan(kills / 10);
  });

  it('finishes what the kills left, and search knows all', { timeout: 60_000 }, async () => {
    const store = await openAt(kills - 1, 'heads');
    await store.prune();
    while (store.searchStatus()?.isComplete === false) await sleep(10);
    const page = await store.listTraces(project, { q: `"run ${kills - 1}"` }, { limit: 1000 });
    const listed = await store.listTraces(project, { name: `run ${kills - 1}` }, { limit: 1000 });
    await store.close();

    expect(page.traces.map((trace) => trace.trace_id)).toEqual(listed.traces.map((trace) => trace.trace_id));
    const remains = await inspect((db) => ({
      removals: db.prepare('SELECT * FROM removals').all(),
      orphans: db.prepare('SELECT 1 FROM spans WHERE trace NOT IN (SELECT id FROM traces WHERE state = 0)').all(),
      segments: db.prepare("SELECT 1 FROM traces WHERE state <> 0 AND segments <> ''").all(),
    }));
    expect(remains).toEqual({ removals: [], orphans: [], segments: [] });
  });
});
