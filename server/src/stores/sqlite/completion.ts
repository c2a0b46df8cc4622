import { completion } from '../../domain/completion.ts';
import type { Fields } from '../../domain/record.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { timeOf } from '../../domain/time.ts';
import { addRollups } from './rollup-rows.ts';
import { SegmentReader } from './segments.ts';
import { findSpan, spanRecord } from './span-rows.ts';
import { type LoadedTrace, loadTrace, loadTraceRecord, rowState, traceRowIds } from './trace-rows.ts';
import { TraceWrite } from './trace-write.ts';
import type { WriteContext } from './write-context.ts';

/** Completes a span; false where there is none that can be read. */
export function completeSpan(context: WriteContext, spanId: string, fields: Fields): boolean {
  const found = findSpan(context.sql, context.project, spanId);
  if (found === undefined) return false;
  const traceId = context.sql.get<[string]>('SELECT trace_id FROM traces WHERE id = ?', found.trace)?.[0] as string;
  const loaded = loadLive(context, traceId);
  if (loaded === undefined) return false;

  const stored = spanRecord(context.sql, new SegmentReader(context.sql), spanId, found);
  const record = completion(stored, fields, timeOf(context.nowMicros));
  if (record === undefined) return true;
  const write = new TraceWrite(context, traceId, loaded, traceRowIds(context.sql));
  write.mergeSpan(spanId, record);
  save(context, write);
  return true;
}

/** Completes a trace; false where there is none that can be read. */
export function completeTrace(context: WriteContext, traceId: string, fields: Fields): boolean {
  const loaded = loadLive(context, traceId);
  if (loaded === undefined) return false;

  const record = completion(loadTraceRecord(context.sql, loaded.id), fields, timeOf(context.nowMicros));
  if (record === undefined) return true;
  const write = new TraceWrite(context, traceId, loaded, traceRowIds(context.sql));
  write.applyTrace({ traceId, record });
  save(context, write);
  return true;
}

function save(context: WriteContext, write: TraceWrite): void {
  const sheet = new RollupSheet();
  write.save(sheet);
  addRollups(context.sql, context.project, sheet.changes());
}

function loadLive(context: WriteContext, traceId: string): LoadedTrace | undefined {
  const loaded = loadTrace(context, traceId);
  const isLive = loaded?.state === rowState.live && loaded.retentionMicros > context.cutoffMicros;
  return isLive ? loaded : undefined;
}
