import { formatCost, formatCount, formatDuration, formatPercent } from '../format.ts';
import type { AlignedRow } from './align.ts';

/** A figure on both sides; undefined where it is not known. */
export interface Delta {
  readonly by: number;
  /** Against A; undefined where A is 0. */
  readonly share: number | undefined;
  /** Whether it is more than noise. */
  readonly isNotable: boolean;
}

const notableShare = 0.05;
export const floors = { durationMs: 10, cost: 0.0001, tokens: 10 } as const;

/** How B differs from A: notable only beyond 5 % and what is too little to care about. */
export function deltaOf(a: number | undefined, b: number | undefined, floor: number): Delta | undefined {
  if (a === undefined || b === undefined) return undefined;
  const by = b - a;
  return {
    by,
    share: a === 0 ? undefined : by / a,
    isNotable: Math.abs(by) > floor && Math.abs(by) > Math.min(Math.abs(a), Math.abs(b)) * notableShare,
  };
}

const sign = (value: number): string => (value > 0 ? '+' : value < 0 ? '−' : '±');

const described = (delta: Delta | undefined, format: (value: number) => string): string => {
  if (delta === undefined) return '';
  if (delta.by === 0) return '±0';
  const share = delta.share === undefined ? '' : `  ${sign(delta.share)}${formatPercent(Math.abs(delta.share))}`;
  return `${sign(delta.by)}${format(Math.abs(delta.by))}${share}`;
};

/** `+1.39 s  +33 %` */
export const describeDuration = (delta: Delta | undefined): string => described(delta, formatDuration);
export const describeCost = (delta: Delta | undefined): string => described(delta, formatCost);
export const describeTokens = (delta: Delta | undefined): string => described(delta, formatCount);

export interface RowDeltas {
  readonly duration: Delta | undefined;
  readonly tokens: Delta | undefined;
  readonly cost: Delta | undefined;
}

export function rowDeltas({ a, b }: Pick<AlignedRow, 'a' | 'b'>): RowDeltas {
  const tokens = (span: AlignedRow['a']) =>
    span?.tokens_input === undefined && span?.tokens_output === undefined
      ? undefined
      : (span.tokens_input ?? 0) + (span.tokens_output ?? 0);
  return {
    duration: deltaOf(a?.duration_ms, b?.duration_ms, floors.durationMs),
    tokens: deltaOf(tokens(a), tokens(b), floors.tokens),
    cost: deltaOf(a?.cost_usd, b?.cost_usd, floors.cost),
  };
}

/** Whether a row is worth stopping at: another step, another outcome, another model, or notably more or less of something. */
export function isChanged(row: AlignedRow): boolean {
  if (row.kind !== 'same' || row.a === undefined || row.b === undefined) return true;
  if (row.a.status !== row.b.status || row.a.model !== row.b.model) return true;
  const { duration, tokens, cost } = rowDeltas(row);
  return [duration, tokens, cost].some((delta) => delta?.isNotable === true);
}

export type Shown = 'all' | 'changed' | 'only';

/** The rows to show, with the parents that lead to them. */
export function visibleRows(rows: readonly AlignedRow[], shown: Shown): readonly AlignedRow[] {
  if (shown === 'all') return rows;
  const isWanted = (row: AlignedRow) =>
    shown === 'changed' ? isChanged(row) : row.kind === 'only-a' || row.kind === 'only-b';
  // From the last row up, so that a parent is met after what is below it.
  const kept: AlignedRow[] = [];
  let neededDepth = -1;
  for (const row of rows.toReversed()) {
    if (isWanted(row)) neededDepth = row.depth - 1;
    else if (row.depth === neededDepth) neededDepth = row.depth - 1;
    else continue;
    kept.push(row);
  }
  return kept.reverse();
}
