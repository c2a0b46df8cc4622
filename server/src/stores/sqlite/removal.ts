import { tombstoneMicros } from '../../domain/retention.ts';
import { microsPerDay } from '../../domain/time.ts';
import type { WriteContext } from './ingest.ts';
import { removeFromSegments } from './segments.ts';
import type { Statements } from './statements.ts';
import { type LoadedTrace, loadTrace, rowState, versionOf, withdrawTrace } from './trace-rows.ts';

/** Deletes a trace and leaves a tombstone; false where there is nothing to delete. */
export function deleteTrace(context: WriteContext, traceId: string): boolean {
  const loaded = loadTrace(context.sql, context.project, traceId);
  if (loaded === undefined || loaded.state === rowState.expired) return false;
  if (loaded.state === rowState.deleted) return true;
  // An expired trace is gone for every reader, and pruning will take it.
  if (loaded.retentionMicros <= context.cutoffMicros) return false;
  entomb(context, traceId, loaded, rowState.deleted);
  removeFromSegments(context.sql, [{ id: loaded.id, traceId }]);
  return true;
}

/** Removes what the trace owns, but for segments, and takes it out of all sums. The row stays, empty, so that its id is refused. */
function entomb(context: WriteContext, traceId: string, loaded: LoadedTrace, state: number): void {
  const { sql, project, nowMicros } = context;
  const before = versionOf(loaded.record, loaded.entries, loaded.retentionMicros);
  if (before !== undefined) withdrawTrace(sql, project, loaded.id, before);
  sql.run('DELETE FROM spans WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM span_records WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM trace_payloads WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM scores WHERE project = ? AND trace_id = ?', project, traceId);
  sql.run(
    `UPDATE traces SET state = ?, retention_us = ?, start_us = 0, duration_us = NULL, status = '', name = '', user_id = NULL,
       session_id = NULL, environment = NULL, release = NULL, cost_usd = 0, summary = '', record = NULL WHERE id = ?`,
    state,
    nowMicros,
    loaded.id,
  );
}

type ExpiredRow = [traceId: string, project: number];

/** Removes up to `limit` expired traces; says how many there were. The rest of one call's work is bounded too. */
export function pruneSlice(context: Omit<WriteContext, 'project'>, limit: number): number {
  const { sql, cutoffMicros } = context;
  const expired = sql.all<ExpiredRow>(
    'SELECT trace_id, project FROM traces WHERE state = 0 AND retention_us <= ? ORDER BY retention_us LIMIT ?',
    cutoffMicros,
    limit,
  );
  const removed = expired.map(([traceId, project]) => {
    const loaded = loadTrace(sql, project, traceId) as LoadedTrace;
    entomb({ ...context, project }, traceId, loaded, rowState.expired);
    return { id: loaded.id, traceId };
  });
  removeFromSegments(sql, removed);
  return expired.length;
}

/** Forgets tombstones that have served, sums of expired days, scores whose trace never came, and old drop counts. */
export function forgetOld(sql: Statements, nowMicros: number, cutoffMicros: number, retentionDays: number): void {
  const forgotten = nowMicros - tombstoneMicros(retentionDays);
  sql.run('DELETE FROM traces WHERE state <> 0 AND retention_us <= ?', forgotten);
  sql.run('DELETE FROM rollups WHERE retention_day <= ?', cutoffMicros / microsPerDay);
  sql.run('DELETE FROM dropped WHERE received_us <= ?', cutoffMicros);
  sql.run(
    `DELETE FROM scores WHERE received_us <= ? AND NOT EXISTS
       (SELECT 1 FROM traces WHERE traces.project = scores.project AND traces.trace_id = scores.trace_id AND state = 0)`,
    cutoffMicros,
  );
}
