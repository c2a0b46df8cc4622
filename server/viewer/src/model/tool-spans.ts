import type { ToolCall } from './chat-messages.ts';
import type { SpanTree } from './span-tree.ts';

/**
 * The tool spans in which the calls that a model asked for were carried out: of the same name, begun after the model call and
 * before the next one beside it, in the order of the calls. The tree has no payloads, so it knows no ids of calls.
 */
export function toolSpansOf(
  tree: SpanTree,
  modelCall: number,
  calls: readonly ToolCall[],
): ReadonlyMap<ToolCall, number> {
  const wanted = new Set(calls.map(({ name }) => name));
  const fromMs = tree.starts[modelCall] as number;
  const toMs = nextModelCallMs(tree, modelCall);
  const byName = new Map<string, number[]>();
  for (let index = 1; index < tree.size && wanted.size > 0; index++) {
    const span = tree.spans[index];
    const startMs = tree.starts[index] as number;
    if (span?.span_type !== 'tool' || !wanted.has(span.name) || startMs < fromMs || startMs >= toMs) continue;
    const known = byName.get(span.name);
    if (known === undefined) byName.set(span.name, [index]);
    else known.push(index);
  }
  for (const spans of byName.values()) spans.sort((a, b) => (tree.starts[a] as number) - (tree.starts[b] as number));
  const found = new Map<ToolCall, number>();
  for (const call of calls) {
    const span = byName.get(call.name)?.shift();
    if (span !== undefined) found.set(call, span);
  }
  return found;
}

/** When the next model call under the same parent begins: what tools do after it, it asked for. */
function nextModelCallMs(tree: SpanTree, modelCall: number): number {
  const parent = tree.parents[modelCall];
  const startMs = tree.starts[modelCall] as number;
  let next = Number.POSITIVE_INFINITY;
  for (let index = 1; index < tree.size; index++)
    if (tree.parents[index] === parent && tree.spans[index]?.span_type === 'llm') {
      const otherMs = tree.starts[index] as number;
      if (otherMs > startMs) next = Math.min(next, otherMs);
    }
  return next;
}
