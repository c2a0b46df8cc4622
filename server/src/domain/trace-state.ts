import type { Status } from 'llm-tracer/schema';
import { finishedStatus, isFinished, type LedgerEntry } from './ledger.ts';
import type { Merged } from './record.ts';
import { microsOf } from './time.ts';
import { type Counted, counted, type Totals, totalsOf } from './totals.ts';
import { rootIndex, treeOf } from './tree.ts';

/** What lists and totals say of a trace: everything that is computed from its record and its spans' ledger entries. */
export interface TraceState {
  readonly name: string;
  readonly startMicros: number;
  /** Canonical; null while it is running. */
  readonly endTime: string | null;
  readonly status: Status;
  readonly isCounted: boolean;
  readonly totals: Totals;
  readonly counts: Counted;
}

/**
 * Computes a trace from its record and spans, or undefined when it has neither.
 *
 * A trace without a record takes name, times and status from its root span. With one it is running until that is finished;
 * its status is the one sent, else `error` if the root's is, else `ok`. A record that only a PATCH made has no name or start:
 * those come from the root too. One that has no times at all holds what spans of other clients said of their trace (session,
 * user, tags, …): it leaves the rest to the root, and alone it makes no trace.
 */
export function traceState(record: Merged | undefined, entries: readonly LedgerEntry[]): TraceState | undefined {
  const timed = record !== undefined && hasTimes(record) ? record : undefined;
  if (timed === undefined && entries.length === 0) return undefined;
  const tree = treeOf(entries);
  const counts = counted(entries, tree);
  const root = entries[rootIndex(entries, tree)];
  const start = record?.fields['start_time'] as string | undefined;
  return {
    name: (record?.fields['name'] as string | undefined) ?? root?.name ?? '',
    startMicros: start === undefined ? (root?.startMicros ?? 0) : microsOf(start),
    endTime: timed === undefined ? (root?.endTime ?? null) : ((timed.fields['end_time'] as string | undefined) ?? null),
    status: statusOf(timed, root),
    isCounted: timed?.fields['end_time'] !== undefined || entries.some(isFinished),
    totals: totalsOf(entries, counts),
    counts,
  };
}

const hasTimes = ({ fields }: Merged): boolean =>
  fields['start_time'] !== undefined || fields['end_time'] !== undefined;

function statusOf(record: Merged | undefined, root: LedgerEntry | undefined): Status {
  if (record === undefined) return root?.endTime === null ? 'running' : root?.isError ? 'error' : 'ok';
  if (record.fields['end_time'] === undefined) return 'running';
  if (record.fields['status'] === undefined && record.fields['error'] === undefined)
    return root?.isError === true ? 'error' : 'ok';
  return finishedStatus(record.fields);
}
