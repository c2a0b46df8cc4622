import type { SpanRecord, SpanType, TraceRecord } from 'llm-tracer/schema';
import { msOf } from './span-time.ts';

/** What a row of the tree stands for. */
export type NodeKind =
  /** The trace itself: the first row. */
  | 'trace'
  | 'span'
  /** A parent that spans name and that is not there. */
  | 'missing'
  /** Many alike childless siblings in one row. */
  | 'fold';

/**
 * The spans of a trace as a tree, in pre-order, a number a node: walking it is walking up a list, and what lies under a node
 * ends at `subtreeEnd`. It does not depend on the order in which spans arrive.
 */
export interface SpanTree {
  readonly size: number;
  readonly kinds: readonly NodeKind[];
  /** Span ids; of a missing parent its id, of the trace and of a fold names of their own. */
  readonly ids: readonly string[];
  readonly spans: readonly (SpanRecord | undefined)[];
  /** The types of the spans: who asks all of them need not look at 50,000 objects. */
  readonly types: readonly (SpanType | undefined)[];
  readonly parents: Int32Array;
  readonly depths: Uint16Array;
  /** The index after the last node under this one. */
  readonly subtreeEnds: Int32Array;
  /** Milliseconds from the start of the trace, as they were sent: negative where a clock was ahead. */
  readonly starts: Float64Array;
  /** NaN for what has no end. */
  readonly ends: Float64Array;
  /** All nodes in the order in which they started. */
  readonly inTime: Int32Array;
  /** How many spans under and including this one failed. */
  readonly errorCounts: Uint32Array;
  /** How many spans are under this one. */
  readonly spanCounts: Uint32Array;
  /** Tokens and cost under and including this one, each model call once; NaN where nothing is known. */
  readonly tokensIn: Float64Array;
  readonly tokensOut: Float64Array;
  readonly costs: Float64Array;
  /** Where a cycle of parents was cut. */
  readonly cycleCuts: ReadonlySet<string>;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Milliseconds since 1970 at which offsets are zero. */
  readonly originMs: number;
  /** From the first start to the last end that are known, at least a little. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How many spans lie so far outside that they would squeeze the others to nothing. */
  readonly farOutside: number;
  /** The same from and to with those. */
  readonly farFromMs: number;
  readonly farToMs: number;
}

export const traceNodeId = 'trace';

/** From so many spans on, alike siblings are folded. */
const foldsFromSpans = 300;
const leastFolded = 50;
/** What lies further off than so many lengths of the trace is clamped to its edge. */
const farFactor = 5;
/** A trace that took no time is shown as this long. */
const leastLengthMs = 0.05;

interface Draft {
  readonly kind: NodeKind;
  readonly id: string;
  readonly span: SpanRecord | undefined;
  readonly startMs: number;
  readonly children: Draft[];
}

/** Builds the tree. `nowMs` ends what runs. */
export function buildSpanTree(trace: TraceRecord, spans: readonly SpanRecord[], nowMs: number): SpanTree {
  const { root, cycleCuts, size } = draftTree(trace, spans);
  return layOut(trace, root, size, cycleCuts, nowMs);
}

function draftTree(trace: TraceRecord, spans: readonly SpanRecord[]) {
  const drafts = new Map<string, Draft>();
  for (const span of spans)
    drafts.set(span.span_id, { kind: 'span', id: span.span_id, span, startMs: msOf(span.start_time), children: [] });
  const root: Draft = {
    kind: 'trace',
    id: traceNodeId,
    span: undefined,
    startMs: msOf(trace.start_time),
    children: [],
  };
  const cycleCuts = cutCycles(drafts);
  const missing = new Map<string, Draft[]>();
  for (const draft of drafts.values()) {
    const parentId = draft.span?.parent_span_id;
    if (parentId === undefined || cycleCuts.has(draft.id)) root.children.push(draft);
    else {
      const parent = drafts.get(parentId);
      if (parent !== undefined) parent.children.push(draft);
      else missing.set(parentId, [...(missing.get(parentId) ?? []), draft]);
    }
  }
  for (const [id, children] of missing) {
    const startMs = Math.min(...children.map((child) => child.startMs));
    root.children.push({ kind: 'missing', id, span: undefined, startMs, children });
  }
  let size = drafts.size + missing.size + 1;
  const isLarge = spans.length > foldsFromSpans;
  for (const draft of [root, ...drafts.values(), ...root.children.filter(({ kind }) => kind === 'missing')]) {
    draft.children.sort(inTime);
    if (isLarge && draft.children.length >= leastFolded) size += foldAlike(draft);
  }
  return { root, cycleCuts, size };
}

const inTime = (a: Draft, b: Draft): number => a.startMs - b.startMs || (a.id < b.id ? -1 : 1);

/** Of each cycle of parents, the earliest span: it is shown as a root. */
function cutCycles(drafts: ReadonlyMap<string, Draft>): Set<string> {
  const cuts = new Set<string>();
  const done = new Set<string>();
  for (const start of drafts.values()) {
    const path: Draft[] = [];
    const onPath = new Set<string>();
    let at: Draft | undefined = start;
    while (at !== undefined && !done.has(at.id) && !onPath.has(at.id)) {
      path.push(at);
      onPath.add(at.id);
      at = drafts.get(at.span?.parent_span_id ?? '');
    }
    if (at !== undefined && onPath.has(at.id)) {
      const cycle = path.slice(path.indexOf(at));
      const [earliest] = cycle.sort(inTime);
      if (earliest !== undefined) cuts.add(earliest.id);
    }
    for (const { id } of path) done.add(id);
  }
  return cuts;
}

/** Puts runs of alike childless siblings under a row of their own. Answers how many rows that made. */
function foldAlike(parent: Draft): number {
  const alike = (draft: Draft) =>
    draft.children.length === 0 && draft.span !== undefined ? `${draft.span.span_type} ${draft.span.name}` : undefined;
  const folded: Draft[] = [];
  let folds = 0;
  for (let from = 0; from < parent.children.length; ) {
    const first = parent.children[from] as Draft;
    const name = alike(first);
    let to = from + 1;
    while (name !== undefined && to < parent.children.length && alike(parent.children[to] as Draft) === name) to++;
    const run = parent.children.slice(from, to);
    if (run.length >= leastFolded) {
      folds++;
      folded.push({ kind: 'fold', id: `fold-${first.id}`, span: undefined, startMs: first.startMs, children: run });
    } else folded.push(...run);
    from = to;
  }
  parent.children.splice(0, parent.children.length, ...folded);
  return folds;
}

function layOut(
  trace: TraceRecord,
  root: Draft,
  size: number,
  cycleCuts: ReadonlySet<string>,
  nowMs: number,
): SpanTree {
  const originMs = root.startMs;
  const kinds: NodeKind[] = [];
  const ids: string[] = [];
  const spans: (SpanRecord | undefined)[] = [];
  const parents = new Int32Array(size);
  const depths = new Uint16Array(size);
  const subtreeEnds = new Int32Array(size);
  const starts = new Float64Array(size);
  const ends = new Float64Array(size);
  const errorCounts = new Uint32Array(size);
  const spanCounts = new Uint32Array(size);
  const tokensIn = new Float64Array(size).fill(Number.NaN);
  const tokensOut = new Float64Array(size).fill(Number.NaN);
  const costs = new Float64Array(size).fill(Number.NaN);
  const indexOf = new Map<string, number>();

  // An explicit stack: a chain may be deeper than the call stack is.
  const stack: { draft: Draft; parent: number; depth: number }[] = [{ draft: root, parent: -1, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { draft, parent, depth } = next;
    const index = kinds.length;
    kinds.push(draft.kind);
    ids.push(draft.id);
    spans.push(draft.span);
    if (!indexOf.has(draft.id)) indexOf.set(draft.id, index);
    parents[index] = parent;
    depths[index] = depth;
    starts[index] = draft.startMs - originMs;
    const endTime = draft.kind === 'trace' ? trace.end_time : draft.span?.end_time;
    ends[index] = endTime === undefined ? Number.NaN : msOf(endTime) - originMs;
    for (let at = draft.children.length - 1; at >= 0; at--)
      stack.push({ draft: draft.children[at] as Draft, parent: index, depth: Math.min(depth + 1, 65_535) });
  }

  // From the end, so that what is under a node is summed before the node.
  const nowOffset = nowMs - originMs;
  for (let index = kinds.length - 1; index >= 0; index--) {
    subtreeEnds[index] = Math.max(subtreeEnds[index] as number, index + 1);
    const span = spans[index];
    if (span !== undefined) {
      if (span.status === 'error') errorCounts[index] = (errorCounts[index] as number) + 1;
      const isFinished = span.end_time !== undefined;
      // What descendants carry counts; a framework repeats it on the spans around a call.
      if (isFinished && (span.tokens_input ?? span.tokens_output) !== undefined && Number.isNaN(tokensIn[index])) {
        tokensIn[index] = span.tokens_input ?? 0;
        tokensOut[index] = span.tokens_output ?? 0;
      }
      if (isFinished && span.cost_usd !== undefined && Number.isNaN(costs[index])) costs[index] = span.cost_usd;
    } else if (kinds[index] === 'fold' || kinds[index] === 'missing') spanRange(index);
    const parent = parents[index] as number;
    if (parent < 0) continue;
    subtreeEnds[parent] = Math.max(subtreeEnds[parent] as number, subtreeEnds[index] as number);
    errorCounts[parent] = (errorCounts[parent] as number) + (errorCounts[index] as number);
    spanCounts[parent] = (spanCounts[parent] as number) + (spanCounts[index] as number) + (span === undefined ? 0 : 1);
    tokensIn[parent] = plus(tokensIn[parent] as number, tokensIn[index] as number);
    tokensOut[parent] = plus(tokensOut[parent] as number, tokensOut[index] as number);
    costs[parent] = plus(costs[parent] as number, costs[index] as number);
  }

  function spanRange(index: number): void {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let child = index + 1; child < (subtreeEnds[index] as number); child++) {
      from = Math.min(from, starts[child] as number);
      to = Math.max(to, Number.isNaN(ends[child]) ? nowOffset : (ends[child] as number));
    }
    starts[index] = from;
    ends[index] = to;
  }

  const extent = extentOf(starts, ends, nowOffset, kinds.length);
  return {
    size: kinds.length,
    kinds,
    ids,
    spans,
    types: spans.map((span) => span?.span_type),
    parents,
    depths,
    subtreeEnds,
    starts,
    ends,
    inTime: nodesInTime(starts, kinds.length),
    errorCounts,
    spanCounts,
    tokensIn,
    tokensOut,
    costs,
    cycleCuts,
    indexOf,
    originMs,
    ...extent,
  };
}

const nodesInTime = (starts: Float64Array, size: number): Int32Array =>
  Int32Array.from({ length: size }, (_, index) => index).sort(
    (a, b) => (starts[a] as number) - (starts[b] as number) || a - b,
  );

const plus = (sum: number, part: number): number => (Number.isNaN(part) ? sum : Number.isNaN(sum) ? part : sum + part);

/** The time to show: from the first start to the last end, but for what lies absurdly far outside the trace. */
function extentOf(starts: Float64Array, ends: Float64Array, nowOffset: number, size: number) {
  // The trace's own time, or that of most spans where it has not reported an end.
  const isRunning = Number.isNaN(ends[0]);
  let length = isRunning ? 0 : Math.max(0, ends[0] as number);
  if (isRunning) length = Math.max(1, Math.min(nowOffset, latest(starts, ends, size) * 2 + 60_000));
  const reach = Math.max(length, 1) * farFactor;
  let fromMs = 0;
  let toMs = Math.max(length, 0);
  let farOutside = 0;
  let [farFromMs, farToMs] = [fromMs, toMs];
  for (let index = 1; index < size; index++) {
    const start = starts[index] as number;
    const end = Number.isNaN(ends[index]) ? start : (ends[index] as number);
    farFromMs = Math.min(farFromMs, start);
    farToMs = Math.max(farToMs, end);
    if (end < -reach || start > length + reach) {
      farOutside++;
      continue;
    }
    if (start >= -reach) fromMs = Math.min(fromMs, start);
    if (end <= length + reach) toMs = Math.max(toMs, end);
  }
  toMs = Math.max(toMs, fromMs + leastLengthMs);
  return { fromMs, toMs, farOutside, farFromMs, farToMs: Math.max(farToMs, toMs) };
}

function latest(starts: Float64Array, ends: Float64Array, size: number): number {
  let most = 0;
  for (let index = 1; index < size; index++)
    most = Math.max(most, Number.isNaN(ends[index]) ? (starts[index] as number) : (ends[index] as number));
  return most;
}
