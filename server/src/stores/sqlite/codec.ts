import type { SpanType, Status } from 'llm-tracer/schema';
import { dollarsOf } from '../../domain/cost.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Price } from '../../domain/pricing.ts';
import type { Fields, Merged } from '../../domain/record.ts';
import type { Totals } from '../../domain/totals.ts';
import type { TraceState } from '../../domain/trace-state.ts';
import { stringOf, textOf } from '../storable-text.ts';

/** A merged record as two JSON texts, so that what lists and trees show is read without payloads. */
export interface StoredRecord {
  readonly head: string;
  readonly payload: string | null;
}

interface Head {
  /** Rank, and the exceptions to it. */
  readonly r: number;
  readonly x?: Readonly<Record<string, number>>;
  readonly f: Fields;
}

export function encodeRecord(record: Merged, payloadFields: ReadonlySet<string>): StoredRecord {
  const head: Record<string, unknown> = {};
  const payload: Record<string, unknown> = {};
  let hasPayload = false;
  for (const [name, value] of Object.entries(record.fields)) {
    if (payloadFields.has(name)) {
      payload[name] = value;
      hasPayload = true;
    } else head[name] = value;
  }
  const exceptions = Object.keys(record.ranks).length > 0 ? { x: record.ranks } : {};
  return {
    head: JSON.stringify({ r: record.rank, ...exceptions, f: head }),
    payload: hasPayload ? JSON.stringify(payload) : null,
  };
}

/** The record again; without its payload fields when `payload` is null or was not read. */
export function decodeRecord(head: string, payload: string | null): Merged {
  const { r, x, f } = JSON.parse(head) as Head;
  const fields = payload === null ? f : { ...f, ...(JSON.parse(payload) as Fields) };
  return { rank: r, ranks: x ?? {}, fields };
}

/** A price as a short text: most model calls have one, and only a few different ones. The dollars are the ledger's cost. */
export const encodePrice = (price: Price | undefined): string | null =>
  price === undefined
    ? null
    : [price.source.table, price.source.version, price.source.provider, price.source.model].join(priceSeparator);

export function decodePrice(text: string | null, costNanos: number | null): Price | undefined {
  if (text === null || costNanos === null) return undefined;
  const [table = '', version = '', provider = '', ...model] = text.split(priceSeparator);
  return { dollars: dollarsOf(costNanos), source: { table, version, provider, model: model.join(priceSeparator) } };
}

const priceSeparator = ' ';

/** The columns of a ledger entry, in the order of {@link ledgerColumns}. */
export type LedgerRow = readonly [
  spanId: string,
  parentSpanId: string | null,
  name: string,
  spanType: string,
  model: string | null,
  startMicros: number,
  endTime: string | null,
  isError: number,
  tokensInput: number | null,
  tokensOutput: number | null,
  costNanos: number | null,
  firstTokenMicros: number | null,
];

export const ledgerColumns =
  'span_id, parent_span_id, name, span_type, model, start_us, end_time, is_error, tokens_input, tokens_output, cost_nanos, first_token_us';

export const encodeEntry = (entry: LedgerEntry): LedgerRow => [
  entry.spanId,
  entry.parentSpanId,
  textOf(entry.name),
  entry.spanType,
  entry.model === null ? null : textOf(entry.model),
  entry.startMicros,
  entry.endTime,
  entry.isError ? 1 : 0,
  entry.tokensInput,
  entry.tokensOutput,
  entry.costNanos,
  entry.firstTokenMicros,
];

/** @param row More columns may follow. */
export const decodeEntry = (row: readonly [...LedgerRow, ...unknown[]]): LedgerEntry => ({
  spanId: row[0],
  parentSpanId: row[1],
  name: stringOf(row[2]),
  spanType: row[3] as SpanType,
  model: row[4] === null ? null : stringOf(row[4]),
  startMicros: row[5],
  endTime: row[6],
  isError: row[7] === 1,
  tokensInput: row[8],
  tokensOutput: row[9],
  costNanos: row[10],
  firstTokenMicros: row[11],
});

/** What a trace row keeps of the computed state. */
export interface StoredSummary {
  readonly name: string;
  readonly startMicros: number;
  readonly endTime: string | null;
  readonly status: Status;
  readonly totals: Totals;
}

export const encodeSummary = ({ name, startMicros, endTime, status, totals }: TraceState): string =>
  JSON.stringify({ name, startMicros, endTime, status, totals: { ...totals, costNanos: String(totals.costNanos) } });

export function decodeSummary(summary: string): StoredSummary {
  const { totals, ...rest } = JSON.parse(summary);
  return { ...rest, totals: { ...totals, costNanos: BigInt(totals.costNanos) } };
}
