import type { ComparedSpan } from '../../../src/model/compare/span-forest.ts';

/** A tree as it is written in a test: a name, and what is below it. `tool:get_weather` is of type tool. */
export type Written = string | { readonly [name: string]: readonly Written[] };

/** The spans of a tree, each starting a millisecond after the one before. */
export function spansOf(tree: readonly Written[], more: Partial<ComparedSpan> = {}): ComparedSpan[] {
  const spans: ComparedSpan[] = [];
  const add = (written: Written, parent: string | undefined) => {
    const [label, children] = typeof written === 'string' ? [written, []] : (Object.entries(written)[0] ?? ['', []]);
    const [type, name] = label.includes(':') ? (label.split(':') as [string, string]) : ['function', label];
    const id = `s${String(spans.length).padStart(4, '0')}`;
    spans.push({
      span_id: id,
      ...(parent === undefined ? {} : { parent_span_id: parent }),
      name,
      span_type: type as ComparedSpan['span_type'],
      start_time: new Date(Date.UTC(2026, 0, 1) + spans.length).toISOString(),
      duration_ms: 10,
      status: 'ok',
      ...more,
    });
    for (const child of children) add(child, id);
  };
  for (const written of tree) add(written, undefined);
  return spans;
}
