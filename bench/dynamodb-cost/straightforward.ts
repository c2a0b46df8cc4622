import { type Index, type Item, indexUnits, writeUnits } from './capacity.ts';
import type { Request } from './workload.ts';

/**
 * The straightforward way, by the same rules: a span is put when it starts and updated when it ends, a trace too; each finished
 * span adds to counters of its trace; indexes hold whole items; payloads are JSON as it came.
 */
export function straightforwardUnits(requests: readonly Request[]): number {
  const traceIndexes: Index[] = [
    { name: 'project-time', keys: ['project_id', 'start_time'], isWhole: true },
    { name: 'session', keys: ['session_id', 'start_time'], isWhole: true },
    { name: 'user', keys: ['user_id', 'start_time'], isWhole: true },
  ];
  const spanIndexes: Index[] = [{ name: 'trace', keys: ['trace_id', 'start_time'], isWhole: true }];
  const items = new Map<string, Item>();
  let units = 0;
  const put = (id: string, key: string, indexes: readonly Index[], item: Item): void => {
    const before = items.get(id);
    units += writeUnits(before, item);
    for (const index of indexes) units += indexUnits(key, index, before, item);
    items.set(id, item);
  };
  const asItem = (record: object): Item =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : (value as string | number),
      ]),
    );
  const seen = new Set<string>();
  for (const { traces, spans } of requests) {
    for (const trace of traces)
      put(trace.trace_id, 'trace_id', traceIndexes, {
        ...items.get(trace.trace_id),
        project_id: 'acme',
        ...asItem(trace),
      });
    for (const span of spans) {
      // Every span is put when it starts, whether this workload announces it or not.
      const { output_data: _, end_time, ...start } = span;
      if (!seen.has(span.span_id)) put(span.span_id, 'span_id', spanIndexes, asItem(start));
      seen.add(span.span_id);
      if (end_time === undefined) continue;
      put(span.span_id, 'span_id', spanIndexes, { ...items.get(span.span_id), ...asItem(span) });
      const trace = items.get(span.trace_id) ?? {};
      put(span.trace_id, 'trace_id', traceIndexes, { ...trace, span_count: Number(trace['span_count'] ?? 0) + 1 });
    }
  }
  return units;
}
