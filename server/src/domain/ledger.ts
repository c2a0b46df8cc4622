import type { SpanType } from 'llm-tracer/schema';
import { nanosOf } from './cost.ts';
import type { Price } from './pricing.ts';
import type { Fields } from './record.ts';
import { microsBetween, microsOf } from './time.ts';

/** What totals, roots, rollups and lists need to know of a span. Stores keep it compact, apart from the span's content. */
export interface LedgerEntry {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly spanType: SpanType;
  /** The model that answered, else the one asked for. */
  readonly model: string | null;
  readonly startMicros: number;
  /** Canonical; null while the span is running. Text, since clients may send ends that microseconds as a double cannot tell apart. */
  readonly endTime: string | null;
  readonly isError: boolean;
  readonly tokensInput: number | null;
  readonly tokensOutput: number | null;
  /** Reported or priced; null is unknown. */
  readonly costNanos: number | null;
  /** From the start. */
  readonly firstTokenMicros: number | null;
}

export function ledgerEntry(spanId: string, fields: Fields, price: Price | undefined): LedgerEntry {
  const start = fields['start_time'] as string;
  const end = fields['end_time'] as string | undefined;
  const firstToken = fields['first_token_time'] as string | undefined;
  const cost = (fields['cost_usd'] as number | undefined) ?? price?.dollars;
  return {
    spanId,
    parentSpanId: parentOf(fields) ?? null,
    name: fields['name'] as string,
    spanType: (fields['span_type'] as SpanType | undefined) ?? 'other',
    model: modelOf(fields) ?? null,
    startMicros: microsOf(start),
    endTime: end ?? null,
    isError: end !== undefined && finishedStatus(fields) === 'error',
    tokensInput: (fields['tokens_input'] as number | undefined) ?? null,
    tokensOutput: (fields['tokens_output'] as number | undefined) ?? null,
    costNanos: cost === undefined ? null : nanosOf(cost),
    firstTokenMicros: firstToken === undefined ? null : microsBetween(start, firstToken),
  };
}

/**
 * The parent that a record names. `''` stands for none where one was named before: an absent field never erases, and a span
 * that was filtered out may have been the root.
 */
export const parentOf = (fields: Fields): string | undefined =>
  (fields['parent_span_id'] as string | undefined) || undefined;

export const modelOf = (fields: Fields): string | undefined =>
  (fields['model'] as string | undefined) ?? (fields['requested_model'] as string | undefined);

/** The status of a finished record: the one sent, else by whether it has an error. */
export const finishedStatus = (fields: Fields): 'ok' | 'error' =>
  (fields['status'] as 'ok' | 'error' | undefined) ?? (fields['error'] === undefined ? 'ok' : 'error');

export const isFinished = (entry: LedgerEntry): boolean => entry.endTime !== null;
