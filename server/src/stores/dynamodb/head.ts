import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Merged } from '../../domain/record.ts';
import type { TraceShare } from '../../domain/rollup.ts';
import { type TraceState, traceState } from '../../domain/trace-state.ts';
import type { Content } from './contents.ts';
import type { Slot } from './ledger-codec.ts';

/**
 * A trace's item: its record and the ledger of its spans. What is listed here is the trace; what is not, no reader sees. It is
 * changed by compare-and-set on its version alone, so each change of it is the commit of everything that was written before.
 */
export interface Head {
  readonly traceId: string;
  /** Counts the changes; 0 where there is no item. */
  readonly version: number;
  readonly state: HeadState;
  /** Of a live trace its retention start; else when the tombstone was made, or the first score of a stub was received. */
  readonly retentionMicros: number;
  /** The trace's own record without its payloads. */
  readonly record: Merged | undefined;
  /** The payloads of that record, where they are. */
  readonly payload: Content | undefined;
  /** The spans by id: of a head that was read alone, those that stand in it; of a whole one, also those of its pages. */
  readonly slots: ReadonlyMap<string, Slot>;
  /** Parts of the ledger that stand in items of their own, the oldest first. A later entry supersedes an earlier one. */
  readonly pages: readonly Page[];
  /** What lists show, kept where the ledger has pages. */
  readonly summary: Summary | undefined;
  /** Whether the trace has an item of scores. */
  readonly hasScores: boolean;
  /** Of a tombstone, whether all that the trace owned is removed. */
  readonly isEmptied: boolean;
}

/**
 * `stub`: only scores are known of it, or what spans of others said of their trace before they came. `deleted`, `expired`: a tombstone, which keeps the id so that late retries do not bring
 * the trace back; it lists its spans until they are removed.
 */
export type HeadState = 'absent' | 'live' | 'stub' | 'deleted' | 'expired';

/** A head with its whole ledger. */
export interface WholeHead extends Head {
  /** The spans that stand in the head itself. */
  readonly inHead: ReadonlySet<string>;
  /** What each page lists. */
  readonly paged: ReadonlyMap<string, readonly Slot[]>;
}

/** A part of a ledger in an item of its own. */
export interface Page {
  readonly id: string;
  readonly bytes: number;
}

/** What is computed of a trace, but for what only the ledger can say. */
export type Summary = Omit<TraceState, 'counts'>;

export const absentHead = (traceId: string): Head => ({
  traceId,
  version: 0,
  state: 'absent',
  retentionMicros: Number.POSITIVE_INFINITY,
  record: undefined,
  payload: undefined,
  slots: new Map(),
  pages: [],
  summary: undefined,
  hasScores: false,
  isEmptied: false,
});

/** Whether a reader of the project sees the trace. */
export const isLive = ({ state, retentionMicros }: Head, cutoffMicros: number): boolean =>
  state === 'live' && retentionMicros > cutoffMicros;

/** A trace as of one version: its state, and what it adds to sums. */
export interface Version {
  readonly state: TraceState;
  readonly entries: readonly LedgerEntry[];
  readonly share: TraceShare;
}

/** Computes it from a head whose whole ledger is at hand; undefined where there is neither a record nor a span. */
export function versionOf({
  record,
  slots,
  retentionMicros,
}: Pick<Head, 'record' | 'slots' | 'retentionMicros'>): Version | undefined {
  const entries = Array.from(slots.values(), ({ entry }) => entry);
  const state = traceState(record, entries);
  if (state === undefined) return undefined;
  const { startMicros, isCounted, counts } = state;
  return { state, entries, share: { retentionMicros, startMicros, isCounted, entries, counts } };
}

/** What lists show of a trace, from its head alone. */
export function summaryOf(head: Head): Summary {
  const summary = head.summary ?? versionOf(head)?.state;
  if (summary === undefined) throw new Error(`trace ${head.traceId} has neither a record nor spans`);
  return summary;
}
