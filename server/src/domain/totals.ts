import { ExactSum } from './exact-sum.ts';
import { isFinished, type LedgerEntry } from './ledger.ts';
import type { Tree } from './tree.ts';

/** What a trace's totals, and the hour's, count of each span: index by index, 1 where it counts. */
export interface Counted {
  readonly tokens: Uint8Array;
  readonly cost: Uint8Array;
  /** Model calls whose tokens count while no cost is known for them. */
  readonly unpriced: Uint8Array;
}

/**
 * The leaf rule (wire.md, Totals): a finished span's tokens count iff no descendant carries tokens, its cost iff no
 * descendant carries cost. Frameworks repeat usage on the agent span around a call, and clients nest: so each model call
 * counts once, whatever arrives first.
 */
export function counted(entries: readonly LedgerEntry[], { parents }: Tree): Counted {
  const carriesTokens = new Uint8Array(entries.length);
  const carriesCost = new Uint8Array(entries.length);
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] as LedgerEntry;
    if (!isFinished(entry)) continue;
    if (entry.tokensInput !== null || entry.tokensOutput !== null) carriesTokens[index] = 1;
    if (entry.costNanos !== null) carriesCost[index] = 1;
  }
  const isAboveTokens = markAncestors(carriesTokens, parents);
  const isAboveCost = markAncestors(carriesCost, parents);
  const isBelowCost = markDescendants(carriesCost, parents);

  const tokens = carriesTokens.map((carries, index) => (carries === 1 && isAboveTokens[index] === 0 ? 1 : 0));
  const cost = carriesCost.map((carries, index) => (carries === 1 && isAboveCost[index] === 0 ? 1 : 0));
  const unpriced = tokens.map((counts, index) =>
    counts === 1 && carriesCost[index] === 0 && isAboveCost[index] === 0 && isBelowCost[index] === 0 ? 1 : 0,
  );
  return { tokens, cost, unpriced };
}

/** Marks every ancestor of a marked span. A walk ends at an ancestor that is marked already: all above it are too. */
function markAncestors(marked: Uint8Array, parents: Int32Array): Uint8Array {
  const above = new Uint8Array(marked.length);
  for (let start = 0; start < marked.length; start += 1) {
    if (marked[start] === 0) continue;
    for (let index = parents[start] as number; index !== -1 && above[index] === 0; index = parents[index] as number)
      above[index] = 1;
  }
  return above;
}

/** Marks every descendant of a marked span. Each span is settled once, with those that its walk up passed. */
function markDescendants(marked: Uint8Array, parents: Int32Array): Uint8Array {
  const [unknown, no, yes] = [0, 1, 2];
  const below = new Uint8Array(marked.length).fill(unknown);
  for (let start = 0; start < marked.length; start += 1) {
    const walk: number[] = [];
    let index = start;
    while (index !== -1 && below[index] === unknown) {
      walk.push(index);
      index = parents[index] as number;
    }
    let isBelow = index !== -1 && (below[index] === yes || marked[index] === 1);
    for (const passed of walk.reverse()) {
      below[passed] = isBelow ? yes : no;
      isBelow ||= marked[passed] === 1;
    }
  }
  return below.map((state) => (state === yes ? 1 : 0));
}

/** The totals of one trace. */
export interface Totals {
  readonly spanCount: number;
  readonly errorCount: number;
  readonly tokensInput: number;
  readonly tokensOutput: number;
  readonly costNanos: bigint;
  readonly unpricedCount: number;
  /** Distinct, in UTF-16 order. */
  readonly models: readonly string[];
}

export function totalsOf(entries: readonly LedgerEntry[], counts: Counted): Totals {
  const [tokensInput, tokensOutput, cost] = [new ExactSum(), new ExactSum(), new ExactSum()];
  const models = new Set<string>();
  let [spanCount, errorCount, unpricedCount] = [0, 0, 0];
  for (const [index, entry] of entries.entries()) {
    if (isFinished(entry)) spanCount += 1;
    if (entry.isError) errorCount += 1;
    if (entry.model !== null) models.add(entry.model);
    if (counts.tokens[index] === 1) {
      tokensInput.add(entry.tokensInput ?? 0);
      tokensOutput.add(entry.tokensOutput ?? 0);
    }
    if (counts.cost[index] === 1) cost.add(entry.costNanos as number);
    if (counts.unpriced[index] === 1) unpricedCount += 1;
  }
  return {
    spanCount,
    errorCount,
    tokensInput: tokensInput.number,
    tokensOutput: tokensOutput.number,
    costNanos: cost.value,
    unpricedCount,
    models: [...models].sort(),
  };
}
