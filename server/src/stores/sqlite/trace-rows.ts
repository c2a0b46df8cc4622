import { dollarsOf } from '../../domain/cost.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Merged } from '../../domain/record.ts';
import type { RollupSheet, TraceShare } from '../../domain/rollup.ts';
import { durationMs, timeOf } from '../../domain/time.ts';
import { type TraceState, traceState } from '../../domain/trace-state.ts';
import { tracePayloadFields } from '../../domain/view.ts';
import { textOf } from '../storable-text.ts';
import { decodeEntry, decodeRecord, encodeRecord, encodeSummary, type LedgerRow, ledgerColumns } from './codec.ts';
import type { Statements } from './statements.ts';
import type { WriteContext } from './write-context.ts';

/** What the state column says. Tombstones keep the id so that late retries do not bring a trace back. */
export const rowState = { live: 0, deleted: 1, expired: 2 } as const;

/** A trace's row and ledger as a write found them. */
export interface LoadedTrace {
  readonly id: number;
  readonly state: number;
  readonly retentionMicros: number;
  readonly record: Merged | undefined;
  /** The ledger by span id; the write's to change. */
  readonly entries: Map<string, LedgerEntry>;
  /** What it was before the write, where that is known. */
  readonly version: TraceVersion | undefined;
}

type TraceRow = [id: number, state: number, retentionMicros: number, record: string | null];

/**
 * Reads a trace for a write: its record without payloads, and its ledger. A tombstone that has served is removed, so that the
 * id is unknown again whether pruning has met it or not.
 */
export function loadTrace(
  { sql, ledgers, project, forgottenMicros }: WriteContext,
  traceId: string,
): LoadedTrace | undefined {
  const row = sql.get<TraceRow>(
    'SELECT id, state, retention_us, record FROM traces WHERE project = ? AND trace_id = ?',
    project,
    traceId,
  );
  if (row === undefined) return undefined;
  const [id, state, retentionMicros, record] = row;
  if (state !== rowState.live && retentionMicros <= forgottenMicros && !hasRemains(sql, id)) {
    sql.run('DELETE FROM traces WHERE id = ?', id);
    return undefined;
  }
  const trace = { id, state, retentionMicros, record: record === null ? undefined : decodeRecord(record, null) };
  if (state !== rowState.live) return { ...trace, entries: new Map(), version: undefined };
  const cached = ledgers.get(id);
  if (cached !== undefined)
    return { ...trace, entries: cached.entries, version: { ...cached.version, record: trace.record } };
  const entries = ledgerOf(sql, id);
  return {
    ...trace,
    entries: new Map(entries.map((entry) => [entry.spanId, entry])),
    version: versionOf(trace.record, entries, retentionMicros),
  };
}

export const ledgerOf = (sql: Statements, trace: number): LedgerEntry[] =>
  sql.all<LedgerRow & unknown[]>(ledgerSql, trace).map(decodeEntry);

/** The trace's record with its payloads. */
export function loadTraceRecord(sql: Statements, trace: number): Merged | undefined {
  const row = sql.get<[string | null, string | null]>(
    'SELECT record, payload FROM traces LEFT JOIN trace_payloads ON trace = id WHERE id = ?',
    trace,
  );
  return row === undefined || row[0] === null ? undefined : decodeRecord(row[0], row[1]);
}

/** Gives ids to new traces within one write; nothing else writes meanwhile. */
export function traceRowIds(sql: Statements): () => number {
  let last: number | undefined;
  return () => {
    last = (last ?? sql.get<[number | null]>('SELECT max(id) FROM traces')?.[0] ?? 0) + 1;
    return last;
  };
}

/** A trace's state before or after a write, with what the rollups and labels need of it. */
export interface TraceVersion {
  readonly record: Merged | undefined;
  readonly retentionMicros: number;
  readonly state: TraceState;
  readonly entries: readonly LedgerEntry[];
}

export function versionOf(
  record: Merged | undefined,
  entries: readonly LedgerEntry[],
  retentionMicros: number,
): TraceVersion | undefined {
  const state = traceState(record, entries);
  return state === undefined ? undefined : { record, retentionMicros, state, entries };
}

/** Which row a trace is written to, and whether `after` has the record's payloads with it (else they are not touched). */
export interface TraceRowTarget {
  readonly id: number;
  readonly project: number;
  readonly traceId: string;
  readonly hasPayload: boolean;
  /** The segment that holds something of it now, where one was written. */
  readonly segment: number | undefined;
}

const rowColumns =
  'retention_us, start_us, duration_ms, status, name, user_id, session_id, environment, release, cost_usd, summary, record';

const insertSql = `INSERT INTO traces (id, project, trace_id, state, segments, ${rowColumns})
  VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const updateSql = `UPDATE traces SET (${rowColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`;
const ledgerSql = `SELECT ${ledgerColumns} FROM spans WHERE trace = ?`;

/** Writes a trace's row and labels, and notes how the project's hourly sums change. */
export function saveTrace(
  sql: Statements,
  target: TraceRowTarget,
  before: TraceVersion | undefined,
  after: TraceVersion,
  sheet: RollupSheet,
): void {
  const { state, record } = after;
  const label = (name: string): string | null => {
    const value = record?.fields[name] as string | undefined;
    return value === undefined ? null : textOf(value);
  };
  const stored = record && encodeRecord(record, tracePayloadFields);
  const values = [
    after.retentionMicros,
    state.startMicros,
    state.endTime === null ? null : durationMs(timeOf(state.startMicros), state.endTime),
    state.status,
    textOf(state.name),
    label('user_id'),
    label('session_id'),
    label('environment'),
    label('release'),
    dollarsOf(state.totals.costNanos),
    encodeSummary(state),
    stored?.head ?? null,
  ];
  if (before === undefined) {
    const segments = target.segment === undefined ? '' : String(target.segment);
    sql.run(insertSql, target.id, target.project, target.traceId, segments, ...values);
  } else {
    sql.run(updateSql, ...values, target.id);
    if (target.segment !== undefined) linkSegment(sql, target.id, target.segment);
  }
  if (target.hasPayload && stored?.payload != null)
    sql.run(
      'INSERT INTO trace_payloads VALUES (?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload',
      target.id,
      stored.payload,
    );
  saveLabels(sql, target.project, target.id, before, after);
  if (before === undefined) sheet.putIn(shareOf(after));
  else sheet.replace(shareOf(before), shareOf(after));
}

/** Notes that a segment holds something of the trace. */
export function linkSegment(sql: Statements, trace: number, segment: number): void {
  sql.run("UPDATE traces SET segments = ltrim(segments || ',' || ?, ',') WHERE id = ?", String(segment), trace);
}

/** A trace's row without what a write needs of its spans; a removal may find a hundred thousand. */
export interface TraceHead {
  readonly id: number;
  readonly traceId: string;
  readonly state: number;
  readonly retentionMicros: number;
}

export function findTrace(sql: Statements, project: number, traceId: string): TraceHead | undefined {
  const row = sql.get<[number, number, number]>(
    'SELECT id, state, retention_us FROM traces WHERE project = ? AND trace_id = ?',
    project,
    traceId,
  );
  return row && { id: row[0], traceId, state: row[1], retentionMicros: row[2] };
}

/** Whether a removal of it is under way: its row is then needed, however old. */
const hasRemains = (sql: Statements, trace: number): boolean =>
  sql.get(
    "SELECT 1 FROM traces WHERE id = ?1 AND (segments <> '' OR EXISTS (SELECT 1 FROM removals WHERE trace = ?1))",
    trace,
  ) !== undefined;

export const shareOf = ({ state, entries, retentionMicros }: TraceVersion): TraceShare => ({
  retentionMicros,
  startMicros: state.startMicros,
  isCounted: state.isCounted,
  entries,
  counts: state.counts,
});

function saveLabels(
  sql: Statements,
  project: number,
  trace: number,
  before: TraceVersion | undefined,
  after: TraceVersion,
): void {
  const old = before === undefined ? new Map<string, Label>() : labelsOf(before);
  const current = labelsOf(after);
  for (const [key, label] of old) if (!current.has(key)) removeLabel(sql, project, trace, label);
  for (const [key, label] of current)
    if (!old.has(key)) sql.run('INSERT INTO trace_labels VALUES (?, ?, ?, ?, ?)', project, ...label, trace);
}

/** A tag or model under which a trace is found, with the trace's start. */
export type Label = [kind: string, value: string, startMicros: number];

export function removeLabel(sql: Statements, project: number, trace: number, label: Label): void {
  sql.run(
    'DELETE FROM trace_labels WHERE project = ? AND kind = ? AND value = ? AND start_us = ? AND trace = ?',
    project,
    ...label,
    trace,
  );
}

export function labelsOf({ record, state }: TraceVersion): Map<string, Label> {
  const tags = (record?.fields['tags'] as string[] | undefined) ?? [];
  const labels = [
    ...tags.map((tag) => ['tag', textOf(tag), state.startMicros] as const),
    ...state.totals.models.map((model) => ['model', textOf(model), state.startMicros] as const),
  ];
  return new Map(labels.map((label) => [label.join(' '), [...label]]));
}
