import type { Fields } from '../../src/domain/record.ts';
import {
  type Batch,
  InvalidCursor,
  type PageRequest,
  type ReadTraceOptions,
  type Store,
  type StoreOptions,
  type TraceFilter,
} from '../../src/stores/store.ts';
import { canonical } from './model/canonical.ts';
import { withoutPayloads } from './model/reading.ts';
import { Model } from './model.ts';

/**
 * The model behind the store's interface, in memory and slow. The contract suite runs over it too: what no straightforward
 * implementation could pass is a defect of the suite.
 */
export class ModelStore implements Store {
  readonly kind = 'model';
  readonly #model: Model;

  constructor(options: StoreOptions) {
    this.#model = new Model(options);
  }

  async ingest(project: string, batch: Batch) {
    const { source: _, ...elements } = batch;
    return this.#model.ingest(project, copy(elements));
  }

  async traceState(project: string, traceId: string) {
    return this.#model.traceState(project, traceId);
  }

  async completeSpan(project: string, spanId: string, fields: Fields) {
    return this.#model.completeSpan(project, spanId, copy(fields));
  }

  async completeTrace(project: string, traceId: string, fields: Fields) {
    return this.#model.completeTrace(project, traceId, copy(fields));
  }

  async readTrace(project: string, traceId: string, { payloads, limit, cursor }: ReadTraceOptions) {
    const whole = this.#model.readTrace(project, traceId);
    if (whole === undefined) return undefined;
    const scope = [project, traceId];
    const last = cursor === undefined ? undefined : (openCursor(scope, cursor) as [string, string]);
    const rest = whole.spans.filter(
      (span) =>
        last === undefined || span.start_time > last[0] || (span.start_time === last[0] && span.span_id > last[1]),
    );
    const spans = rest.slice(0, limit);
    const end = spans.at(-1);
    const hasMore = rest.length > limit;
    const answer = {
      ...whole,
      spans,
      has_more: hasMore,
      next_cursor: hasMore && end !== undefined ? makeCursor(scope, [end.start_time, end.span_id]) : null,
    };
    return copy(payloads ? answer : withoutPayloads(answer));
  }

  async readSpan(project: string, spanId: string) {
    return copy(this.#model.readSpan(project, spanId));
  }

  async listTraces(project: string, filter: TraceFilter, { limit, cursor }: PageRequest) {
    const scope = [project, filter];
    const last = cursor === undefined ? undefined : (openCursor(scope, cursor) as [string, string]);
    const rest = this.#model
      .listTraces(project, filter)
      .filter(
        (trace) =>
          last === undefined ||
          trace.start_time < last[0] ||
          (trace.start_time === last[0] && trace.trace_id < last[1]),
      );
    const traces = copy(rest.slice(0, limit));
    const end = traces.at(-1);
    const nextCursor =
      rest.length > limit && end !== undefined ? makeCursor(scope, [end.start_time, end.trace_id]) : null;
    return { traces, nextCursor };
  }

  async stats(project: string) {
    return this.#model.stats(project);
  }

  async deleteTrace(project: string, traceId: string) {
    return this.#model.deleteTrace(project, traceId);
  }

  async prune() {
    return this.#model.prune();
  }

  async exportTraces(): Promise<never> {
    throw new Error('the model is not exported');
  }

  watch() {
    return () => {};
  }

  async measure() {
    return { spans: 0, bytes: 0 };
  }

  async recount() {
    return { traces: 0, spans: 0, differences: [] };
  }

  async close() {}
}

const makeCursor = (scope: unknown, position: unknown): string =>
  Buffer.from(canonical([scope, position])).toString('base64url');

const openCursor = (scope: unknown, cursor: string): unknown => {
  try {
    const [madeFor, position] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (canonical(madeFor) === canonical(scope)) return position;
  } catch {
    // Not JSON: garbage.
  }
  throw new InvalidCursor();
};

/** What is stored is JSON: -0 becomes 0 in it, and nobody else holds it. */
const copy = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
