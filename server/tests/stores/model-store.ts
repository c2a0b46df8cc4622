import type { TraceRecord } from 'llm-tracer/schema';
import type { CountsBucket } from '../../src/domain/buckets.ts';
import type { Fields } from '../../src/domain/record.ts';
import type { SeriesQuery } from '../../src/domain/series.ts';
import {
  type Batch,
  InvalidCursor,
  type ListRequest,
  type PageRequest,
  type ReadTraceOptions,
  type RepriceRequest,
  type Store,
  type StoreOptions,
  type TraceFilter,
} from '../../src/stores/store.ts';
import { canonical } from './model/canonical.ts';
import { type Group, sessionOf, userOf } from './model/grouping.ts';
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

  async readTraceJson(project: string, traceId: string, options: ReadTraceOptions) {
    const answer = await this.readTrace(project, traceId, options);
    return answer && { bytes: new TextEncoder().encode(JSON.stringify(answer)), release: () => {} };
  }

  async readSpan(project: string, spanId: string) {
    return copy(this.#model.readSpan(project, spanId));
  }

  async listTraces(project: string, filter: TraceFilter, { sort = 'time', ...page }: ListRequest) {
    const traces = this.#model.listTraces(project, filter, sort);
    const keyOf = (trace: TraceRecord): Key => [
      { time: trace.start_time, duration: trace.duration_ms ?? -1, cost: trace.total_cost }[sort],
      trace.trace_id,
    ];
    const { items, nextCursor } = pageOf(traces, page, [project, sort, filter], keyOf, 'descending');
    return { traces: copy(items), nextCursor };
  }

  async listSessions(project: string, filter: TraceFilter, page: PageRequest) {
    const groups = this.#model.listSessions(project, filter);
    const { items, nextCursor } = pageOf(groups, page, [project, 'sessions', filter], newestKey, 'descending');
    return { sessions: items.map(sessionOf), nextCursor };
  }

  async listUsers(project: string, filter: TraceFilter, page: PageRequest) {
    const groups = this.#model.listUsers(project, filter);
    const { items, nextCursor } = pageOf(groups, page, [project, 'users', filter], newestKey, 'descending');
    return { users: items.map(userOf), nextCursor };
  }

  async readSession(project: string, sessionId: string, page: PageRequest) {
    const [group] = this.#model.listSessions(project, { sessionId });
    if (group === undefined) return undefined;
    const traces = this.#model.listTraces(project, { sessionId }).reverse();
    const keyOf = (trace: TraceRecord): Key => [trace.start_time, trace.trace_id];
    const { items, nextCursor } = pageOf(traces, page, [project, 'session', sessionId], keyOf, 'ascending');
    return { session: sessionOf(group), traces: copy(items), nextCursor };
  }

  async countTraces(project: string, filter: TraceFilter, bucket: CountsBucket) {
    return { points: this.#model.countTraces(project, filter, bucket) };
  }

  async timeseries(project: string, filter: TraceFilter, query: SeriesQuery) {
    return { points: this.#model.timeseries(project, filter, query) };
  }

  async deleteUser(project: string, userId: string) {
    return this.#model.deleteUser(project, userId);
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

  async reprice(request: RepriceRequest) {
    return this.#model.reprice(request);
  }

  async recount() {
    return { traces: 0, spans: 0, differences: [] };
  }

  searchStatus() {
    return { depth: 'heads', lagMs: 0, isComplete: true } as const;
  }

  async close() {}
}

type Key = readonly [string | number, string];

const newestKey = ({ members }: Group): Key => {
  const { start_time, trace_id } = (members[0] as Group['members'][number]).trace;
  return [start_time, trace_id];
};

/** The part of an ordered list that a request asks for: what comes after the key in its cursor. */
const pageOf = <T>(
  all: readonly T[],
  { limit, cursor }: PageRequest,
  scope: unknown,
  keyOf: (item: T) => Key,
  direction: 'ascending' | 'descending',
): { items: T[]; nextCursor: string | null } => {
  const last = cursor === undefined ? undefined : (openCursor(scope, cursor) as Key);
  const isAfter = ([key, id]: Key, [lastKey, lastId]: Key): boolean => {
    const isGreater = key === lastKey ? id > lastId : key > lastKey;
    const isSame = key === lastKey && id === lastId;
    return !isSame && isGreater === (direction === 'ascending');
  };
  const rest = all.filter((item) => last === undefined || isAfter(keyOf(item), last));
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  return { items, nextCursor: rest.length > limit && end !== undefined ? makeCursor(scope, keyOf(end)) : null };
};

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
