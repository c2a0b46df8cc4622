// Makes the fixture of the current layout: `node --conditions=@llm-tracer/source server/tests/stores/layouts/make.ts`.
//
// Run it once for each layout, when the version that brings it is released, and commit what it makes; the fixtures of earlier
// layouts stay as they are, for they are what users have on disk. Until the first release it is run again when step 1 changes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { openSqliteStore } from '../../../src/stores/sqlite/index.ts';
import { aBatch, aRunningSpan, aRunningTrace, aScore, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import { contentOf, fixtureClock, fixtureFolder, projects } from './fixture.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'llm-tracer-layout-'));
const store = await openSqliteStore({ dataDir, clock: fixtureClock, retentionDays: 90 });

// Something of everything that a file can hold: content in segments and in records of its own, merged and running records,
// costs, labels, text that SQLite cannot hold as it is, scores without a trace, tombstones, drop counts.
for (const project of projects) {
  await store.ingest(
    project,
    aBatch(
      {
        traces: [
          aTrace({ user_id: 'ada', session_id: 's', tags: ['a', '\ud800'], input: { __proto__: null, a: [1, null] } }),
        ],
        spans: [
          aSpan({
            span_type: 'llm',
            model: 'gpt-1',
            tokens_input: 3,
            tokens_output: 4,
            cost_usd: 0.1,
            input_data: 'hello',
          }),
          aSpan({ span_id: spanId(2), parent_span_id: spanId(1), error: 'nul \0', first_token_time: at(0.1) }),
        ],
        dropped: { instance: 'one', counts: { queue_full: 2 } },
      },
      'zstd',
    ),
  );
  await store.ingest(project, aBatch({ spans: [aSpan({ span_id: spanId(2), rev: 3, name: 'merged' })] }));
  await store.ingest(
    project,
    aBatch({
      traces: [aRunningTrace({ trace_id: traceId(2) }), aTrace({ trace_id: traceId(3) })],
      spans: [aRunningSpan({ trace_id: traceId(2), span_id: spanId(3) })],
      scores: [aScore({ value: 0.5 }), aScore({ trace_id: traceId(9), value: 'calm' })],
    }),
  );
  await store.deleteTrace(project, traceId(3));
}
const content = await contentOf(store);
await store.close();

const file = join(dataDir, 'llm-tracer.db');
const db = new DatabaseSync(file);
const { user_version: layout } = db.prepare('PRAGMA user_version').get() as { user_version: number };
db.exec('VACUUM');
db.close();
writeFileSync(join(fixtureFolder, `layout-${layout}.db.gz`), gzipSync(readFileSync(file), { level: 9 }));
writeFileSync(join(fixtureFolder, `layout-${layout}.json`), `${JSON.stringify(content, undefined, 2)}\n`);
rmSync(dataDir, { recursive: true });
console.log(`layout ${layout} is written to ${fixtureFolder}`);
