import type { LedgerEntry } from '../../domain/ledger.ts';
import { pricedEntry } from '../../domain/priced-entry.ts';
import type { Price, Pricer } from '../../domain/pricing.ts';
import type { Merged, SpanChange } from '../../domain/record.ts';
import type { Batch, BatchSource } from '../store.ts';
import { isKeepable, recordIn, spansOf } from './segments.ts';

/** A span as a write takes it: its ledger entry is computed, its record there for the asking. */
export interface ReadySpan {
  readonly traceId: string;
  readonly entry: LedgerEntry;
  readonly price: Price | undefined;
  /** Its place in the batch's body, when its content can stay there. */
  readonly position: number | undefined;
  readonly record: () => Merged;
}

/** A batch as it waits for its turn. */
export interface ReadyBatch extends Omit<Batch, 'spans' | 'source'> {
  readonly spans: readonly ReadySpan[];
  /** The body, when it can be stored as it is. */
  readonly source: BatchSource | undefined;
}

/**
 * Computes of a batch what can be before its turn, and lets go of the rest.
 *
 * What arrives together waits for one commit. Parsed payloads are nearly all of its memory; kept until then, they would be
 * copied by the collector of garbage for nothing (measured: a tenth of ingest's CPU), since those of a new span stand in the
 * body that is stored. Of a trace that is there already they are kept: its span may be merged, which needs them.
 */
export function readyBatch(batch: Batch, pricer: Pricer, isStored: (traceId: string) => boolean): ReadyBatch {
  const { traces, spans, scores, dropped } = batch;
  const source = isKeepable(batch.source) ? batch.source : undefined;
  const body = source && bodyReader(source);
  const isStoredOnce = remembering(isStored);
  return {
    traces,
    spans: spans.map((change) => readySpan(change, pricer, isStoredOnce(change.traceId) ? undefined : body)),
    scores,
    source,
    ...(dropped === undefined ? {} : { dropped }),
  };
}

/** `body`: where its record can be read again; without, it is kept. */
function readySpan(
  { traceId, spanId, record, sourceIndex }: SpanChange,
  pricer: Pricer,
  body?: (position: number) => Merged,
): ReadySpan {
  const { entry, price } = pricedEntry(spanId, record, pricer);
  // A running span will be merged with its end soon, so it gets a record of its own at once.
  const position = entry.endTime === null ? undefined : sourceIndex;
  return {
    traceId,
    entry,
    price,
    position,
    record: body === undefined || position === undefined ? kept(record) : inBody(body, position),
  };
}

// Two functions, for closures that are made in one hold all that any of them names.
const kept = (record: Merged) => () => record;
const inBody = (body: (position: number) => Merged, position: number) => () => body(position);

function bodyReader(source: BatchSource): (position: number) => Merged {
  let spans: ReturnType<typeof spansOf> | undefined;
  return (position) => {
    spans ??= spansOf(source);
    return recordIn(spans, position);
  };
}

/** The answers of `ask`, which is asked once for each id. */
function remembering(ask: (id: string) => boolean): (id: string) => boolean {
  const answers = new Map<string, boolean>();
  return (id) => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const answer = ask(id);
    answers.set(id, answer);
    return answer;
  };
}
