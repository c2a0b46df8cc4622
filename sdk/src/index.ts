// The public surface. Kept back: the export pipeline (`transport` says what it talks to), serialisation and context,
// which nothing outside needs; the wire's schemas are `llm-tracer/schema`, so that zod loads only where it is used.

export type { Clock } from './clock.ts';
export type { TracerErrorCode } from './errors.ts';
export { TracerError, tracerErrorCodes } from './errors.ts';
export type { FlushReport } from './export/batcher.ts';
export type {
  Batch,
  BatchRecord,
  DropCounts,
  DropReason,
  Rejection,
  SendOutcome,
  Transport,
} from './export/transport.ts';
export type { WaitUntil } from './flush-on.ts';
export type { Ids } from './ids.ts';
export type { Mask, MaskContext, MaskKind } from './masking.ts';
export type { TracerOptions } from './options.ts';
export type { HeaderSource, HeaderTarget } from './propagation.ts';
export type { ScoreOptions } from './score.ts';
// As types only: they are made by the tracer, never by `new`.
export type { RemoteParent, Span, SpanKind, SpanOptions, Usage } from './span.ts';
export type { Trace, TraceOptions } from './trace.ts';
export type { ContinueOptions, WrapOptions } from './tracer.ts';
export { Tracer } from './tracer.ts';
export type { TracerLogger } from './warnings.ts';
