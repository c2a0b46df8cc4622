import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFileOf } from '../../src/stores/sqlite/database.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { aBatch, aSpan, spanId, traceId } from './builders.ts';
import { contentOf, fixtureClock, fixtureFolder } from './layouts/fixture.ts';

/** Files as each released layout left them: layouts/make.ts. */
const layouts = readdirSync(fixtureFolder).flatMap((name) => /^layout-(\d+)\.json$/.exec(name)?.[1] ?? []);

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'llm-tracer-layouts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function folderOf(layout: string): string {
  const folder = aFolder();
  writeFileSync(dataFileOf(folder), gunzipSync(readFileSync(join(fixtureFolder, `layout-${layout}.db.gz`))));
  return folder;
}

async function open(dataDir: string) {
  const store = await openSqliteStore({ dataDir, clock: fixtureClock, retentionDays: 90 });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= store.close());
  onTestFinished(close);
  return { store, close };
}

/** Tables and indexes as the file has them. */
function layoutOf(dataDir: string) {
  const db = new DatabaseSync(dataFileOf(dataDir), { readOnly: true });
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    const { integrity_check: verdict } = db.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
    return { version, verdict, objects: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all() };
  } finally {
    db.close();
  }
}

describe.each(layouts)('a file of layout %s', (layout) => {
  it('opens, and reads as it did', async () => {
    const { store } = await open(folderOf(layout));

    const expected = JSON.parse(readFileSync(join(fixtureFolder, `layout-${layout}.json`), 'utf8'));
    // Later versions may tell more.
    expect(await contentOf(store)).toMatchObject(expected);
    expect((await store.recount({ repair: false })).differences).toEqual([]);
  });

  it('is merged with, added to and deleted from as one of today', async () => {
    const { store } = await open(folderOf(layout));

    await store.ingest(
      'acme',
      aBatch({ spans: [aSpan({ rev: 9, name: 'renamed' }), aSpan({ span_id: spanId(8) })] }, 'zstd'),
    );
    await store.deleteTrace('rival', traceId(1));

    expect(await store.readSpan('acme', spanId(1))).toMatchObject({ name: 'renamed', input_data: 'hello' });
    expect(await store.readSpan('rival', spanId(1))).toBeUndefined();
    expect((await store.recount({ repair: false })).differences).toEqual([]);
  });

  // Were a released step edited, files of before and after it would differ for ever.
  it('has the tables and indexes of a new file, once it is open', async () => {
    const [old, fresh] = [folderOf(layout), aFolder()];
    for (const dataDir of [old, fresh]) await (await open(dataDir)).close();

    expect(layoutOf(old)).toEqual(layoutOf(fresh));
  });
});

it('every layout up to today’s has its file', async () => {
  const fresh = aFolder();
  await (await open(fresh)).close();

  const { version } = layoutOf(fresh);
  expect(layouts.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: version }, (_, i) => i + 1));
});

it('a file of a later layout is refused in a sentence, and left as it is', async () => {
  const dataDir = aFolder();
  await (await open(dataDir)).close();
  const db = new DatabaseSync(dataFileOf(dataDir));
  db.exec('PRAGMA user_version = 9999');
  db.close();

  await expect(open(dataDir)).rejects.toThrow(/written by a newer server \(layout 9999/);
  expect(layoutOf(dataDir).version).toBe(9999);
});
