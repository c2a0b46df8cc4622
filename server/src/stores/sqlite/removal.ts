import { microsPerDay } from '../../domain/time.ts';
import { textOf } from './codec.ts';
import { removeFromSegments } from './segments.ts';
import { type LoadedTrace, loadTrace, rowState, versionOf, withdrawTrace } from './trace-rows.ts';
import type { WriteContext } from './write-context.ts';

/** Deletes a trace and leaves a tombstone; false where there is nothing to delete. */
export function deleteTrace(context: WriteContext, traceId: string): boolean {
  const loaded = loadTrace(context, traceId);
  if (loaded === undefined || loaded.state === rowState.expired) return false;
  if (loaded.state === rowState.deleted) return true;
  // An expired trace is gone for every reader, and pruning will take it.
  if (loaded.retentionMicros <= context.cutoffMicros) return false;
  entomb(context, traceId, loaded, rowState.deleted);
  removeFromSegments(context.sql, [{ id: loaded.id, traceId }]);
  removeEmptySums(context);
  return true;
}

/** A sum that has become nothing still says which model it was of. */
const removeEmptySums = ({ sql, project }: WriteContext): void => {
  sql.run('DELETE FROM rollups WHERE project = ? AND traces = 0 AND spans = 0', project);
};

/** Removes what the trace owns, but for segments, and takes it out of all sums. The row stays, empty, so that its id is refused. */
function entomb(context: WriteContext, traceId: string, loaded: LoadedTrace, state: number): void {
  const { sql, project, nowMicros } = context;
  context.searchLog.removed(loaded.id);
  context.changed.add(traceId);
  const before = versionOf(loaded.record, loaded.entries, loaded.retentionMicros);
  if (before !== undefined) withdrawTrace(sql, project, loaded.id, before);
  sql.run('DELETE FROM spans WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM span_records WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM trace_payloads WHERE trace = ?', loaded.id);
  sql.run('DELETE FROM scores WHERE project = ? AND trace_id = ?', project, traceId);
  sql.run(
    `UPDATE traces SET state = ?, retention_us = ?, start_us = 0, duration_ms = NULL, status = '', name = '', user_id = NULL,
       session_id = NULL, environment = NULL, release = NULL, cost_usd = 0, summary = '', record = NULL WHERE id = ?`,
    state,
    nowMicros,
    loaded.id,
  );
}

/** Removes up to `limit` expired traces of the project; says how many there were. */
export function pruneSlice(context: WriteContext, limit: number): number {
  const expired = context.sql.all<[traceId: string]>(
    `SELECT trace_id FROM traces WHERE project = ? AND state = 0 AND retention_us <= ?
     ORDER BY retention_us LIMIT ?`,
    context.project,
    context.cutoffMicros,
    limit,
  );
  removeFromSegments(
    context.sql,
    expired.map(([traceId]) => ({ id: expire(context, traceId), traceId })),
  );
  return expired.length;
}

/**
 * Removes up to `limit` traces of the user, of those whose rows go up to `lastRow`; says how many there were. What has expired
 * and pruning has not met yet goes too: readers do not see it, but it is the user's.
 */
export function deleteUserSlice(context: WriteContext, userId: string, lastRow: number, limit: number): number {
  const found = context.sql.all<[traceId: string]>(
    'SELECT trace_id FROM traces WHERE project = ? AND state = 0 AND user_id = ? AND id <= ? LIMIT ?',
    context.project,
    textOf(userId),
    lastRow,
    limit,
  );
  removeFromSegments(
    context.sql,
    found.map(([traceId]) => {
      const loaded = loadTrace(context, traceId) as LoadedTrace;
      const isExpired = loaded.retentionMicros <= context.cutoffMicros;
      entomb(context, traceId, loaded, isExpired ? rowState.expired : rowState.deleted);
      return { id: loaded.id, traceId };
    }),
  );
  removeEmptySums(context);
  return found.length;
}

/** Where the holder of this span id is a trace that has expired, removes that trace as pruning would, and says so. */
export function expireHolder(context: WriteContext, spanId: string): boolean {
  const holder = context.sql.get<[traceId: string]>(
    `SELECT trace_id FROM spans JOIN traces ON traces.id = spans.trace
     WHERE spans.project = ? AND span_id = ? AND retention_us <= ?`,
    context.project,
    spanId,
    context.cutoffMicros,
  );
  if (holder === undefined) return false;
  const [traceId] = holder;
  removeFromSegments(context.sql, [{ id: expire(context, traceId), traceId }]);
  return true;
}

function expire(context: WriteContext, traceId: string): number {
  const loaded = loadTrace(context, traceId) as LoadedTrace;
  entomb(context, traceId, loaded, rowState.expired);
  return loaded.id;
}

/**
 * Forgets tombstones that have served, sums of expired days, and scores whose trace never came. Drop counts stay, though they
 * are shown for the retention only: they are cumulative for an instance, which may report once more.
 */
export function forgetOld({ sql, project, cutoffMicros, forgottenMicros }: WriteContext): void {
  sql.run('DELETE FROM traces WHERE project = ? AND state IN (1, 2) AND retention_us <= ?', project, forgottenMicros);
  sql.run('DELETE FROM rollups WHERE project = ? AND retention_day <= ?', project, cutoffMicros / microsPerDay);
  sql.run(
    `DELETE FROM scores WHERE project = ? AND received_us <= ? AND NOT EXISTS
       (SELECT 1 FROM traces WHERE traces.project = scores.project AND traces.trace_id = scores.trace_id AND state = 0)`,
    project,
    cutoffMicros,
  );
}
