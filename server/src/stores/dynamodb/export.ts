import { exportLine } from '../../domain/export-line.ts';
import { PartOfExport } from '../export-part.ts';
import type { ExportPart, ExportPosition } from '../store.ts';
import { isAfter, readWhole, type SpanPosition, spanOf, traceOf, type WholeTrace } from './read-trace.ts';
import { scoreRecordsOf } from './scores.ts';
import type { WriteContext } from './write-context.ts';

// Spans may be tens of megabytes each; so few of them are in memory at once.
const spansAtOnce = 20;
const beforeFirst: SpanPosition = [Number.MIN_SAFE_INTEGER, ''];

/** Writes traces whole, in the order given, until a part is large enough. */
export async function exportTraces(
  context: WriteContext,
  project: string,
  traceIds: readonly string[],
  from: ExportPosition,
): Promise<ExportPart> {
  const part = new PartOfExport();
  for (let { trace, spans } = from; trace < traceIds.length; trace += 1) {
    const traceId = traceIds[trace] as string;
    for (let after: SpanPosition | undefined = spans ?? beforeFirst; after !== undefined; ) {
      if (part.isFull) return part.end({ trace, spans: after });
      const isFirst: boolean = spans === undefined && after === beforeFirst;
      after = await addSlice(context, project, traceId, after, isFirst, part);
    }
    spans = undefined;
    if (part.isFull && trace + 1 < traceIds.length) return part.end({ trace: trace + 1 });
  }
  return part.end(null);
}

/** Adds some of a trace's spans; before the first its own line, after the last its scores. Where to go on, if there is more. */
async function addSlice(
  context: WriteContext,
  project: string,
  traceId: string,
  after: SpanPosition,
  isFirst: boolean,
  part: PartOfExport,
): Promise<SpanPosition | undefined> {
  let next: SpanPosition | undefined;
  const whole = await readWhole(context, project, traceId, true, (slots) => {
    const rest = slots.filter((slot) => isAfter(slot, after));
    const last = rest.length > spansAtOnce ? rest[spansAtOnce - 1]?.entry : undefined;
    next = last && [last.startMicros, last.spanId];
    return rest.slice(0, spansAtOnce);
  });
  if (whole === undefined) return undefined;
  if (isFirst) part.add('trace', traceLine(project, whole));
  for (const span of whole.spans) part.add('span', exportLine('span', spanOf(project, span, true), span.record));
  if (next === undefined)
    for (const { view, record } of scoreRecordsOf(traceId, whole.scores))
      part.add('score', exportLine('score', view, record));
  return next;
}

const traceLine = (project: string, whole: WholeTrace): string =>
  exportLine('trace', traceOf(project, whole, true), whole.head.record);
