import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { bodyOf, importSteps } from '../../src/cli/import-batches.ts';
import { parseConfig } from '../../src/config.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import { aBatch, noon } from '../stores/builders.ts';
import { aDelivery, batchesOf, storableElements } from '../stores/contract/histories.ts';
import { expectSame, observe } from '../stores/contract/observe.ts';

const scale = Number(process.env['TEST_SCALE'] ?? 1);
const clock = () => Date.parse(noon) * 1000;

const histories = 60 * scale;

/** A server with a project for each history, so that one pair of servers serves all of them. */
async function openServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-restores-'));
  const store = await openSqliteStore({ dataDir, clock, retentionDays: 3, synchronous: 'NORMAL' });
  // Shrinking a counterexample takes projects of its own.
  const API_KEYS = Array.from({ length: histories + 1_000 }, (_, i) => `project-p${i}`).join(',');
  const app = buildApp({ config: parseConfig({ API_KEYS, RETENTION_DAYS: '3' }), store, clock });
  onTestFinished(async () => {
    await app.close();
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  return {
    store,
    export: async (project: string) => {
      const headers = { 'x-api-key': `project-${project}` };
      return (await app.inject({ url: '/api/export', headers })).body;
    },
    import: async (project: string, ndjson: string) => {
      const headers = { 'x-api-key': `project-${project}`, 'content-type': 'application/json' };
      for await (const step of importSteps(Readable.from([ndjson]), 1, { isWhole: false })) {
        if (step.step === 'fault') throw new Error(step.detail);
        const payload = bodyOf(step.records);
        const reply = await app.inject({ method: 'POST', url: '/api/ingest', headers, payload });
        expect(reply.json().rejected).toEqual([]);
      }
    },
  };
}

it('an export, imported elsewhere, reads as what was exported; twice is once, and so is a late resend', {
  timeout: 60_000 * scale,
}, async () => {
  const [original, copy] = [await openServer(), await openServer()];
  let number = 0;
  await fc.assert(
    fc.asyncProperty(storableElements, aDelivery, async (elements, delivery) => {
      number += 1;
      const project = `p${number}`;
      const batches = batchesOf(elements, delivery).map((sending) => aBatch(sending, delivery.encoding));
      for (const batch of batches) await original.store.ingest(project, batch);
      const expected = await observe(original.store, project);

      const exported = await original.export(project);
      await copy.import(project, exported);
      expectSame(await observe(copy.store, project), expected, 'after the import');

      await copy.import(project, exported);
      for (const batch of batches) await copy.store.ingest(project, batch);
      const afterwards = await observe(copy.store, project);
      expectSame(withoutTruncated(afterwards), withoutTruncated(expected), 'after another import, and a resend');
      expect((await copy.store.recount({ repair: false })).differences).toEqual([]);
    }),
    { numRuns: histories },
  );
});

/** Which payload an entry of `truncated` came with is not in what is read: a resend may say of it again what is known. */
const withoutTruncated = (observed: unknown): unknown =>
  JSON.parse(JSON.stringify(observed, (key, value) => (key === 'truncated' ? undefined : value)));
