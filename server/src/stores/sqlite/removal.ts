import type { Rollup } from '../../domain/rollup.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { microsPerDay } from '../../domain/time.ts';
import { textOf } from '../storable-text.ts';
import { decodeRecord } from './codec.ts';
import type { ReadContext } from './read-context.ts';
import { addRollups } from './rollup-rows.ts';
import type { Statements } from './statements.ts';
import {
  findTrace,
  type Label,
  labelsOf,
  ledgerOf,
  removeLabel,
  rowState,
  shareOf,
  type TraceHead,
  versionOf,
} from './trace-rows.ts';
import type { WriteContext } from './write-context.ts';

/**
 * Removing a trace, in steps that hold the event loop for some milliseconds each:
 *
 * 1. It becomes a tombstone: no reader sees any of it, no write changes it any more. What it still owns is noted.
 * 2. It is taken out of the sums and labels. For that its whole ledger is read; of a large trace, in a thread.
 * 3. Its spans and their records go, some hundred at a time.
 * 4. The request bodies that held spans of it are rewritten without them, one at a time.
 *
 * A trace of ordinary size goes through the first three in one write. What a crash leaves is noted in the data, and is done
 * by whoever comes next: {@link Cleaner}.
 */
function entomb(context: WriteContext, trace: TraceHead, state: number): void {
  const { sql, project, nowMicros } = context;
  context.searchLog.removed(trace.id);
  context.ledgers.delete(trace.id);
  context.changed.add(trace.traceId);
  sql.run('INSERT INTO removals VALUES (?, ?, 0)', trace.id, trace.retentionMicros);
  sql.run(
    `UPDATE traces SET state = ?, retention_us = ?, duration_ms = NULL, status = '', name = '', user_id = NULL,
       session_id = NULL, environment = NULL, release = NULL, cost_usd = 0, summary = '' WHERE id = ?`,
    state,
    nowMicros,
    trace.id,
  );
  if (sql.get('SELECT 1 FROM spans WHERE trace = ? LIMIT 1 OFFSET ?', trace.id, spansPerSlice) !== undefined) return;
  withdraw(sql, project, trace.id, withdrawalOf({ sql }, trace.id));
  removeSpans(sql, trace.id);
}

/** How many spans a slice removes: some 5 ms of work. */
const spansPerSlice = 250;

/** What a tombstone still has in sums and labels. */
export interface Withdrawal {
  readonly changes: readonly Rollup[];
  readonly labels: readonly Label[];
}

export function withdrawalOf({ sql }: Pick<ReadContext, 'sql'>, trace: number): Withdrawal | undefined {
  const row = sql.get<[number, string | null]>(
    `SELECT removals.retention_us, record FROM removals JOIN traces ON traces.id = trace
     WHERE trace = ? AND NOT is_withdrawn`,
    trace,
  );
  if (row === undefined) return undefined;
  const [retentionMicros, record] = row;
  const version = versionOf(
    record === null ? undefined : decodeRecord(record, null),
    ledgerOf(sql, trace),
    retentionMicros,
  );
  if (version === undefined) return { changes: [], labels: [] };
  const sheet = new RollupSheet();
  sheet.takeOut(shareOf(version));
  return { changes: sheet.changes(), labels: [...labelsOf(version).values()] };
}

/** Takes a tombstone out of sums and labels, once. Nothing has changed since the withdrawal was made: nothing can. */
export function withdraw(sql: Statements, project: number, trace: number, withdrawal: Withdrawal | undefined): void {
  if (withdrawal === undefined) return;
  const { changes } = sql.run('UPDATE removals SET is_withdrawn = 1 WHERE trace = ? AND NOT is_withdrawn', trace);
  if (changes === 0) return;
  addRollups(sql, project, withdrawal.changes);
  // A sum that has become nothing still says which model it was of.
  for (const { key } of withdrawal.changes)
    sql.run(
      `DELETE FROM rollups WHERE project = ? AND retention_day = ? AND hour = ? AND span_type = ? AND model = ?
         AND traces = 0 AND spans = 0`,
      project,
      key.retentionDay,
      key.hour,
      key.spanType,
      textOf(key.model),
    );
  for (const label of withdrawal.labels) removeLabel(sql, project, trace, label);
  sql.run('DELETE FROM trace_payloads WHERE trace = ?', trace);
  sql.run('DELETE FROM scores WHERE (project, trace_id) = (SELECT project, trace_id FROM traces WHERE id = ?)', trace);
  sql.run('UPDATE traces SET start_us = 0, record = NULL WHERE id = ?', trace);
}

/** Removes a slice of a withdrawn trace's spans; false when none are left, and then nothing but segments is. */
export function removeSpans(sql: Statements, trace: number): boolean {
  const slice = 'span_id IN (SELECT span_id FROM spans WHERE trace = ?1 LIMIT ?2)';
  sql.run(`DELETE FROM span_records WHERE trace = ?1 AND ${slice}`, trace, spansPerSlice);
  const { changes } = sql.run(`DELETE FROM spans WHERE trace = ?1 AND ${slice}`, trace, spansPerSlice);
  if (changes === spansPerSlice) return true;
  sql.run('DELETE FROM removals WHERE trace = ?', trace);
  return false;
}

/** Deletes a trace and leaves a tombstone; false where there is nothing to delete. */
export function deleteTrace(context: WriteContext, traceId: string): boolean {
  const trace = findTrace(context.sql, context.project, traceId);
  if (trace === undefined || trace.state === rowState.expired) return false;
  if (trace.state === rowState.deleted) return trace.retentionMicros > context.forgottenMicros;
  // An expired trace is gone for every reader, and pruning will take it.
  if (trace.retentionMicros <= context.cutoffMicros) return false;
  entomb(context, trace, rowState.deleted);
  return true;
}

/** Removes a slice of the project's expired traces; says how many, 0 when there are none. */
export function pruneSlice(context: WriteContext): number {
  const expired = tracesWhere(context, 'retention_us <= ? ORDER BY retention_us', context.cutoffMicros);
  return entombSlice(context, expired, () => rowState.expired);
}

/**
 * Removes a slice of the user's traces, of those whose rows go up to `lastRow`; says how many, 0 when there are none. What has
 * expired and pruning has not met yet goes too: readers do not see it, but it is the user's.
 */
export function deleteUserSlice(context: WriteContext, userId: string, lastRow: number): number {
  const found = tracesWhere(context, 'user_id = ? AND id <= ?', textOf(userId), lastRow);
  return entombSlice(context, found, ({ retentionMicros }) =>
    retentionMicros <= context.cutoffMicros ? rowState.expired : rowState.deleted,
  );
}

const tracesPerSlice = 50;

const tracesWhere = (
  { sql, project }: WriteContext,
  condition: string,
  ...values: (string | number)[]
): readonly TraceHead[] =>
  sql
    .all<[number, string, number]>(
      `SELECT id, trace_id, retention_us FROM traces WHERE project = ? AND state = 0 AND ${condition} LIMIT ${tracesPerSlice}`,
      project,
      ...values,
    )
    .map(([id, traceId, retentionMicros]) => ({ id, traceId, state: rowState.live, retentionMicros }));

/** Entombs traces until a slice's worth of spans is gone. */
function entombSlice(
  context: WriteContext,
  traces: readonly TraceHead[],
  stateOf: (trace: TraceHead) => number,
): number {
  let [count, spans] = [0, 0];
  for (const trace of traces) {
    if (spans >= spansPerSlice) break;
    spans +=
      context.sql.get<[number]>(
        'SELECT count(*) FROM (SELECT 1 FROM spans WHERE trace = ? LIMIT ?)',
        trace.id,
        spansPerSlice,
      )?.[0] ?? 0;
    entomb(context, trace, stateOf(trace));
    count += 1;
  }
  return count;
}

/** Where the holder of this span id is a trace that no reader sees any more, takes the id from it, and says so. */
export function freeSpanId(context: WriteContext, spanId: string): boolean {
  const { sql, project, cutoffMicros } = context;
  const holder = sql.get<[number, string, number, number]>(
    `SELECT traces.id, traces.trace_id, state, retention_us FROM spans JOIN traces ON traces.id = spans.trace
     WHERE spans.project = ? AND span_id = ?`,
    project,
    spanId,
  );
  if (holder === undefined) return false;
  const [id, traceId, state, retentionMicros] = holder;
  if (state === rowState.live) {
    if (retentionMicros > cutoffMicros) return false;
    entomb(context, { id, traceId, state, retentionMicros }, rowState.expired);
  }
  // What is left of a large one still has its rows, and the sums are counted from all of them.
  withdraw(sql, project, id, withdrawalOf({ sql }, id));
  sql.run('DELETE FROM span_records WHERE trace = ? AND span_id = ?', id, spanId);
  sql.run('DELETE FROM spans WHERE trace = ? AND span_id = ?', id, spanId);
  return true;
}

const rowsPerSlice = 1_000;

/**
 * Forgets a slice of tombstones that have served, sums of expired days, and scores whose trace never came; says how many. Drop
 * counts stay, though they are shown for the retention only: they are cumulative for an instance, which may report once more.
 */
export function forgetSlice({ sql, project, cutoffMicros, forgottenMicros }: WriteContext): number {
  const tombstones = sql.run(
    `DELETE FROM traces WHERE id IN (
       SELECT id FROM traces WHERE project = ? AND state <> 0 AND retention_us <= ? AND segments = ''
         AND id NOT IN (SELECT trace FROM removals) LIMIT ${rowsPerSlice})`,
    project,
    forgottenMicros,
  );
  const sums = sql.run(
    'DELETE FROM rollups WHERE project = ? AND retention_day <= ?',
    project,
    cutoffMicros / microsPerDay,
  );
  const scores = sql.run(
    `DELETE FROM scores WHERE (project, trace_id, score_id) IN (
       SELECT project, trace_id, score_id FROM scores WHERE project = ? AND received_us <= ? AND NOT EXISTS
         (SELECT 1 FROM traces WHERE traces.project = scores.project AND traces.trace_id = scores.trace_id AND state = 0)
       LIMIT ${rowsPerSlice})`,
    project,
    cutoffMicros,
  );
  return tombstones.changes + sums.changes + scores.changes;
}
