import { fileURLToPath } from 'node:url';
import type { Store } from '../../../src/stores/store.ts';
import { noon, spanId, traceId } from '../builders.ts';

export const fixtureFolder = fileURLToPath(new URL('.', import.meta.url));
export const fixtureClock = (): number => Date.parse(noon) * 1000;
export const projects = ['acme', 'rival'];

/** What can be read of a fixture, as plain data. */
export async function contentOf(store: Store): Promise<object> {
  const content = projects.map(async (project) => ({
    project,
    stats: await store.stats(project),
    list: (await store.listTraces(project, {}, { limit: 100 })).traces,
    tagged: (await store.listTraces(project, { tags: ['\ud800'], userId: 'ada' }, { limit: 100 })).traces.length,
    traces: await Promise.all(
      [1, 2, 3].map(async (n) => (await store.readTrace(project, traceId(n), { payloads: true, limit: 100 })) ?? null),
    ),
    states: await Promise.all([1, 2, 3, 9].map((n) => store.traceState(project, traceId(n)))),
    spans: await Promise.all([1, 2, 3].map(async (n) => (await store.readSpan(project, spanId(n))) ?? null)),
  }));
  return JSON.parse(JSON.stringify(await Promise.all(content)));
}
