import { type LedgerEntry, ledgerEntry } from '../../domain/ledger.ts';
import { merge } from '../../domain/merge.ts';
import type { Price, Pricer } from '../../domain/pricing.ts';
import type { Merged } from '../../domain/record.ts';
import { spanPayloadFields } from '../../domain/view.ts';
import { decodeRecord, encodeEntry, encodeRecord, ledgerColumns } from './codec.ts';
import type { Statements } from './statements.ts';

export interface StoredSpan {
  readonly id: number;
  readonly trace: number;
  readonly record: Merged;
  readonly head: string;
  readonly payload: string | null;
}

type SpanRow = [id: number, trace: number, head: string, payload: string | null];

export function findSpan(sql: Statements, project: number, spanId: string): StoredSpan | undefined {
  const row = sql.get<SpanRow>(
    'SELECT id, trace, head, payload FROM spans WHERE project = ? AND span_id = ?',
    project,
    spanId,
  );
  if (row === undefined) return undefined;
  const [id, trace, head, payload] = row;
  return { id, trace, head, payload, record: decodeRecord(head, payload).record };
}

/** Stores a span that is not there yet; undefined when its id is taken. */
export function insertSpan(
  sql: Statements,
  place: { readonly project: number; readonly trace: number; readonly spanId: string },
  record: Merged,
  pricer: Pricer,
): LedgerEntry | undefined {
  const { entry, stored } = encodeSpan(place.spanId, record, pricer);
  const { changes } = sql.run(
    `INSERT INTO spans (project, trace, ${ledgerColumns}, head, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project, span_id) DO NOTHING`,
    place.project,
    place.trace,
    ...encodeEntry(entry),
    stored.head,
    stored.payload,
  );
  return changes === 0 ? undefined : entry;
}

/** Merges a change into a stored span; undefined when it says nothing new. */
export function updateSpan(
  sql: Statements,
  spanId: string,
  found: StoredSpan,
  change: Merged,
  pricer: Pricer,
): LedgerEntry | undefined {
  const merged = merge(found.record, change);
  if (merged === found.record) return undefined;
  const { entry, stored } = encodeSpan(spanId, merged, pricer);
  sql.run(
    `UPDATE spans SET (${ledgerColumns}, head, payload) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
    ...encodeEntry(entry),
    stored.head,
    stored.payload,
    found.id,
  );
  return entry;
}

function encodeSpan(spanId: string, record: Merged, pricer: Pricer) {
  const price = priceOf(record, pricer);
  return { entry: ledgerEntry(spanId, record.fields, price), stored: encodeRecord(record, spanPayloadFields, price) };
}

/** Only a finished span is priced, and only where the client did not say what it cost. */
const priceOf = ({ fields }: Merged, pricer: Pricer): Price | undefined =>
  fields['cost_usd'] === undefined && fields['end_time'] !== undefined ? pricer(fields) : undefined;
