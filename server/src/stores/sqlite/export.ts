import { exportLine } from '../../domain/export-line.ts';
import { spanView } from '../../domain/view.ts';
import { PartOfExport } from '../export-part.ts';
import type { ExportPart, ExportPosition } from '../store.ts';
import { decodeRecord } from './codec.ts';
import type { ReadContext } from './read-context.ts';
import { scoreRecordsOf } from './score-rows.ts';
import { SegmentReader } from './segments.ts';
import { readContents } from './span-rows.ts';
import { traceOfRow } from './trace-view.ts';

// Spans may be tens of megabytes each; so few of them are in memory at once.
const spansAtOnce = 20;
// Neighbours in time share segments; each kept one is some megabytes of parsed JSON.
const segmentsKept = 8;

/** Writes traces whole, in the order given, until a part is large enough. */
export function exportTraces(context: ReadContext, traceIds: readonly string[], from: ExportPosition): ExportPart {
  const segments = new SegmentReader(context.sql, segmentsKept);
  const part = new PartOfExport();
  let spans = from.spans;
  for (let trace = from.trace; trace < traceIds.length; trace += 1) {
    const traceId = traceIds[trace] as string;
    const found = findTrace(context, traceId, spans === undefined ? part : undefined);
    while (found !== undefined) {
      if (part.isFull) return part.end({ trace, spans: spans ?? beforeFirst });
      const read = readSpans(context, { id: found, traceId }, segments, spans ?? beforeFirst);
      for (const line of read.lines) part.add('span', line);
      spans = read.next;
      if (spans === undefined) break;
    }
    if (found !== undefined)
      for (const { view, record } of scoreRecordsOf(context, traceId))
        part.add('score', exportLine('score', view, record));
    spans = undefined;
    if (part.isFull && trace + 1 < traceIds.length) return part.end({ trace: trace + 1 });
  }
  return part.end(null);
}

type SpanPosition = NonNullable<ExportPosition['spans']>;

const beforeFirst: SpanPosition = [Number.MIN_SAFE_INTEGER, ''];

type TraceRow = [id: number, summary: string, record: string | null, payload: string | null];

/** The row of a trace that still stands, its line added where `part` is given. */
function findTrace(context: ReadContext, traceId: string, part: PartOfExport | undefined): number | undefined {
  const row = context.sql.get<TraceRow>(
    `SELECT id, summary, record, payload FROM traces LEFT JOIN trace_payloads ON trace = id
     WHERE project = ? AND trace_id = ? AND state = 0 AND retention_us > ?`,
    context.project.id,
    traceId,
    context.cutoffMicros,
  );
  if (row === undefined) return undefined;
  const [id, summary, record, payload] = row;
  if (part !== undefined) {
    const scores = scoreRecordsOf(context, traceId).map(({ view }) => view);
    const view = traceOfRow(context, { traceId, summary, record, payload }, scores, true);
    part.add('trace', exportLine('trace', view, record === null ? undefined : decodeRecord(record, null)));
  }
  return id;
}

function readSpans(
  { sql, project }: ReadContext,
  trace: { readonly id: number; readonly traceId: string },
  segments: SegmentReader,
  after: SpanPosition,
): { readonly lines: string[]; readonly next: SpanPosition | undefined } {
  const rows = readContents(
    sql,
    segments,
    {
      payloads: true,
      where: 'WHERE spans.trace = ? AND (start_us, spans.span_id) > (?, ?) ORDER BY start_us, spans.span_id LIMIT ?',
    },
    trace.id,
    ...after,
    spansAtOnce,
  );
  const lines = rows.map(({ spanId, record, price }) => {
    const ids = { project: project.name, traceId: trace.traceId, spanId };
    return exportLine('span', spanView(ids, record.fields, price, true), record);
  });
  const last = rows.length === spansAtOnce ? rows.at(-1) : undefined;
  return { lines, next: last && [last.startMicros, last.spanId] };
}
