import type { SpanRecord } from 'llm-tracer/schema';

/** What aligning needs to know of a span; payloads are not among it. */
export type ComparedSpan = Pick<
  SpanRecord,
  | 'span_id'
  | 'parent_span_id'
  | 'name'
  | 'span_type'
  | 'start_time'
  | 'duration_ms'
  | 'status'
  | 'model'
  | 'tokens_input'
  | 'tokens_output'
  | 'cost_usd'
>;

export interface SpanNode {
  readonly span: ComparedSpan;
  readonly children: readonly SpanNode[];
  /** What makes it the same step as one of another trace: type, and name without what differs from run to run. */
  readonly key: string;
  /** How the tree below it looks, names of steps included, its own left out. */
  readonly shape: number;
}

interface Growing extends SpanNode {
  readonly children: SpanNode[];
  shape: number;
}

/** A name without its numbers and ids: `step 12` and `step 13` are the same step. */
export const stableName = (name: string): string => name.replace(/[0-9a-f]{8,}/gi, '#').replace(/\d+/g, '#');

/**
 * The trees of a trace, children in order of start. A parent that is not there makes a root, a cycle of parents is cut at
 * its earliest span. No walk recurses: a chain may be as long as a trace.
 */
export function forestOf(spans: readonly ComparedSpan[]): readonly SpanNode[] {
  const sorted = [...spans].sort((a, b) => compare(a.start_time, b.start_time) || compare(a.span_id, b.span_id));
  const nodes = new Map<string, Growing>(
    sorted.map((span) => [
      span.span_id,
      { span, children: [], key: `${span.span_type} ${stableName(span.name)}`, shape: 0 },
    ]),
  );
  const roots: Growing[] = [];
  for (const node of nodes.values()) {
    const parent = node.span.parent_span_id === undefined ? undefined : nodes.get(node.span.parent_span_id);
    if (parent === undefined) roots.push(node);
    else parent.children.push(node);
  }

  const order = walk(roots);
  // What no root leads to hangs on a cycle: the earliest of it becomes a root.
  const reached = new Set(order);
  for (const node of nodes.values()) {
    if (reached.has(node)) continue;
    roots.push(node);
    const parent = nodes.get(node.span.parent_span_id ?? '');
    parent?.children.splice(parent.children.indexOf(node), 1);
    for (const found of walk([node])) {
      reached.add(found);
      order.push(found);
    }
  }
  // Children stand behind their parents, so backwards every shape below is known.
  for (const node of order.toReversed())
    node.shape = hash(node.children.map((child) => `${child.key}(${child.shape})`).join());
  return roots.sort(byStart);
}

function walk(roots: readonly Growing[]): Growing[] {
  const order: Growing[] = [];
  const stack = [...roots];
  const seen = new Set<Growing>();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    order.push(node);
    stack.push(...(node.children as Growing[]));
  }
  return order;
}

const byStart = (a: SpanNode, b: SpanNode): number =>
  compare(a.span.start_time, b.span.start_time) || compare(a.span.span_id, b.span.span_id);

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** FNV-1a, 32 bits: a shape is only a preference between equals. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}
