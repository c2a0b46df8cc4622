import { formatCost, formatCount, formatDuration, formatExact } from './format.ts';
import { msOf } from './span-time.ts';
import type { SpanTree } from './span-tree.ts';

/** No news for so long, and a span that runs is said to have no end. */
const silentMs = 600_000;
/** Clocks of two machines differ by this much without anybody noticing. */
const skewMs = 1;

export type SpanState = 'finished' | 'running' | 'endless';

/** Where a node ends on the page: its end, now where it runs, or its last known descendant where no end will come. */
export function shownEnd(
  tree: SpanTree,
  index: number,
  nowMs: number,
): { readonly ms: number; readonly state: SpanState } {
  const end = tree.ends[index] as number;
  if (!Number.isNaN(end)) return { ms: end, state: 'finished' };
  const now = nowMs - tree.originMs;
  let last = tree.starts[index] as number;
  for (let child = index + 1; child < (tree.subtreeEnds[index] as number); child++)
    last = Math.max(
      last,
      Number.isNaN(tree.ends[child]) ? (tree.starts[child] as number) : (tree.ends[child] as number),
    );
  const parent = tree.parents[index] as number;
  const isLeft = parent > 0 && tree.kinds[parent] === 'span' && !Number.isNaN(tree.ends[parent]);
  return isLeft || now - last > silentMs
    ? { ms: last, state: 'endless' }
    : { ms: Math.max(now, last), state: 'running' };
}

/** What a row says about its time: `1.24 s`, `running 12 s`, `no end received`. */
export function durationText(tree: SpanTree, index: number, nowMs: number): string {
  const { ms, state } = shownEnd(tree, index, nowMs);
  const length = ms - (tree.starts[index] as number);
  if (state === 'endless') return 'no end received';
  if (state === 'running') return `running ${formatDuration(Math.round(length / 1000) * 1000)}`;
  return formatDuration(length);
}

/** How far a child lies outside its parent, in a sentence; undefined where it lies within. */
export function skewText(tree: SpanTree, index: number): string | undefined {
  const parent = tree.parents[index] as number;
  if (parent < 0 || tree.kinds[index] !== 'span' || !['span', 'trace'].includes(tree.kinds[parent] as string))
    return undefined;
  const before = (tree.starts[parent] as number) - (tree.starts[index] as number);
  if (before > skewMs) return `Starts ${formatDuration(before)} before its parent. The two clocks may differ.`;
  const after = (tree.ends[index] as number) - (tree.ends[parent] as number);
  if (tree.kinds[parent] === 'span' && after > skewMs) return `Ends ${formatDuration(after)} after its parent.`;
  return undefined;
}

/** When the first token came, in milliseconds from the start of the trace. */
export function firstTokenMs(tree: SpanTree, index: number): number | undefined {
  const time = tree.spans[index]?.first_token_time;
  return time === undefined ? undefined : msOf(time) - tree.originMs;
}

/** The name of a row. */
export function nameOfNode(tree: SpanTree, index: number, traceName: string, isRunning: boolean): string {
  const children = tree.spanCounts[index] as number;
  switch (tree.kinds[index]) {
    case 'trace':
      return traceName;
    case 'missing':
      return isRunning
        ? `Parent not received yet (${formatExact(children)} ${children === 1 ? 'span' : 'spans'})`
        : `Missing parent ${(tree.ids[index] as string).slice(0, 8)}… (${formatExact(children)} ${children === 1 ? 'span' : 'spans'})`;
    case 'fold': {
      const first = tree.spans[index + 1];
      return `${first?.name ?? ''} × ${formatExact(children)}`;
    }
    default:
      return tree.spans[index]?.name ?? '';
  }
}

/** What a fold says of the spans in it: `3 errors · p50 12 ms · Σ 48 s`. */
export function foldText(tree: SpanTree, index: number): string {
  const durations: number[] = [];
  for (let child = index + 1; child < (tree.subtreeEnds[index] as number); child++) {
    const duration = (tree.ends[child] as number) - (tree.starts[child] as number);
    if (!Number.isNaN(duration)) durations.push(duration);
  }
  durations.sort((a, b) => a - b);
  const errors = tree.errorCounts[index] as number;
  return [
    ...(errors === 0 ? [] : [`${formatExact(errors)} ${errors === 1 ? 'error' : 'errors'}`]),
    `p50 ${formatDuration(durations[Math.max(0, Math.ceil(durations.length / 2) - 1)])}`,
    `Σ ${formatDuration(durations.reduce((sum, duration) => sum + duration, 0))}`,
  ].join(' · ');
}

/** Tokens and cost of a row: its own, or of all under it where it is closed. */
export function usageText(
  tree: SpanTree,
  index: number,
  isClosed: boolean,
): { readonly tokens: string; readonly cost: string } {
  const span = tree.spans[index];
  if (isClosed || span === undefined) {
    const tokens = tree.tokensIn[index] as number;
    const cost = tree.costs[index] as number;
    return {
      tokens: Number.isNaN(tokens) ? '' : `Σ ${formatCount(tokens)}→${formatCount(tree.tokensOut[index] as number)}`,
      cost: Number.isNaN(cost) ? '' : `Σ ${formatCost(cost)}`,
    };
  }
  const hasTokens = (span.tokens_input ?? span.tokens_output) !== undefined;
  return {
    tokens: hasTokens ? `${formatCount(span.tokens_input)}→${formatCount(span.tokens_output)}` : '',
    cost: span.cost_usd === undefined ? '' : formatCost(span.cost_usd),
  };
}

/** One sentence that names a row: "llm, chat gpt-4o, 1.24 s, starts at 0.42 s, 1,204 tokens in, failed". */
export function spokenName(tree: SpanTree, index: number, name: string, nowMs: number): string {
  const span = tree.spans[index];
  return [
    span?.span_type ?? (tree.kinds[index] === 'trace' ? 'trace' : ''),
    name,
    durationText(tree, index, nowMs),
    `starts at ${formatDuration(tree.starts[index])}`,
    span?.tokens_input === undefined ? '' : `${formatExact(span.tokens_input)} tokens in`,
    span?.status === 'error' ? 'failed' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
