import {
  CountsQuery,
  GetSessionQuery,
  GetTraceQuery,
  ListGroupsQuery,
  ListTracesQuery,
  limitRange,
  type MeAnswer,
  TimeseriesQuery,
} from 'llm-tracer/schema';
import { GroupTotals } from '../../../../src/domain/group-totals.ts';
import { largestGroups, Series, type SeriesGrouping } from '../../../../src/domain/series.ts';
import { TraceCounts } from '../../../../src/domain/trace-counts.ts';
import type { FileStore, FileTrace } from './file-store.ts';
import { passesOf } from './passes.ts';

/** An answer as the server would give it. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface AnswerContext {
  readonly store: FileStore;
  readonly nowMicros: number;
  /** The traces that have a record with all words of a search. */
  readonly search: (q: string) => Promise<ReadonlySet<string>>;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  body: { type: 'about:blank', title, status, detail },
});
const notFound = (what: string): Answer => problem(404, 'Not found', `There is no ${what} with this id in this file.`);

/** Answers a request of the viewer out of an opened file, under the paths and in the forms of the server's API. */
export async function answer(
  path: string,
  query: Readonly<Record<string, string>>,
  context: AnswerContext,
): Promise<Answer> {
  const { store } = context;
  const [, kind = '', id = '', rest] = /^\/api\/([a-z]+)(?:\/([^/]+))?(\/.*)?$/.exec(path) ?? [];
  const named = decodeURIComponent(id);
  if (rest === undefined)
    switch (`${kind}${id === '' ? '' : '/*'}`) {
      case 'me':
        return ok(me(store.project));
      case 'traces':
        return listTraces(query, context);
      case 'traces/*':
        return readTrace(named, query, store);
      case 'spans/*': {
        const span = await store.wholeSpan(named);
        return span === undefined ? notFound('span') : ok(span);
      }
      case 'sessions':
      case 'users':
        return listGroups(kind as 'sessions' | 'users', query, context);
      case 'sessions/*':
        return readSession(named, query, store);
      case 'stats':
        return ok(stats(store));
      case 'stats/*':
        if (named === 'counts') return counts(query, context);
        if (named === 'timeseries') return series(query, context);
    }
  return problem(404, 'Not found', 'An opened file has nothing here.');
}

const me = (project: string): MeAnswer => ({
  project_id: project,
  scopes: ['read'],
  server_version: 'file',
  wire_version: 1,
  limits: {
    max_body_bytes: 1,
    max_decompressed_bytes: 1,
    max_batch_elements: 1,
    max_payload_bytes: 1,
    max_json_depth: 1,
    retention_days: 1,
    requests_per_minute: 0,
  },
});

type Parsed<T> = { readonly data: T } | { readonly refusal: Answer };

function parsed<T>(
  schema: { safeParse: (value: unknown) => { success: boolean; data?: T } },
  query: unknown,
): Parsed<T> {
  const read = schema.safeParse(query);
  return read.success
    ? { data: read.data as T }
    : { refusal: problem(422, 'Not valid', 'The filters cannot be read.') };
}

async function passing(
  query: Parameters<typeof passesOf>[0],
  { store, nowMicros, search }: AnswerContext,
): Promise<readonly FileTrace[]> {
  const passes = passesOf(query, nowMicros);
  const found = query.q === undefined ? undefined : await search(query.q);
  return store.traces.filter((trace) => passes(trace) && (found === undefined || found.has(trace.traceId)));
}

/** A page of a list: its cursor is how many came before. */
function page<T>(all: readonly T[], limit: number | undefined, cursor: string | undefined) {
  const from = Number(cursor ?? 0);
  const items = all.slice(from, from + (limit ?? limitRange.standard));
  const hasMore = from + items.length < all.length;
  return {
    items,
    rest: { next_cursor: hasMore ? String(from + items.length) : null, has_more: hasMore, count: items.length },
  };
}

async function listTraces(query: unknown, context: AnswerContext): Promise<Answer> {
  const read = parsed(ListTracesQuery, query);
  if ('refusal' in read) return read.refusal;
  const { limit, cursor, sort } = read.data;
  const traces = [...(await passing(read.data, context))];
  const keyOf = ({ listed }: FileTrace) => (sort === 'cost' ? listed.total_cost : (listed.duration_ms ?? -1));
  if (sort === 'duration' || sort === 'cost')
    traces.sort((a, b) => keyOf(b) - keyOf(a) || (a.traceId < b.traceId ? 1 : -1));
  const { items, rest } = page(traces, limit, cursor);
  return ok({ traces: items.map(({ listed }) => listed), ...rest });
}

async function readTrace(traceId: string, query: unknown, store: FileStore): Promise<Answer> {
  const read = parsed(GetTraceQuery, query);
  if ('refusal' in read) return read.refusal;
  const trace = store.trace(traceId);
  if (trace === undefined) return notFound('trace');
  const { payloads = true, limit = 5_000, cursor } = read.data;
  const all = store.spans(traceId);
  const { items, rest } = page(all, limit, cursor);
  const spans = payloads ? await Promise.all(items.map(({ span_id }) => store.wholeSpan(span_id))) : items;
  return ok({
    trace: payloads ? await store.wholeTrace(trace) : trace.listed,
    spans,
    span_count: all.length,
    scores: trace.scores,
    next_cursor: rest.next_cursor,
    has_more: rest.has_more,
  });
}

const grouped = ({ state, listed }: FileTrace) => ({
  startMicros: state.startMicros,
  endTime: state.endTime,
  userId: listed.user_id ?? null,
  sessionId: listed.session_id ?? null,
  totals: state.totals,
});

async function listGroups(kind: 'sessions' | 'users', query: unknown, context: AnswerContext): Promise<Answer> {
  const read = parsed(ListGroupsQuery, query);
  if ('refusal' in read) return read.refusal;
  const totals = new Map<string, GroupTotals>();
  for (const trace of await passing(read.data, context)) {
    const id = kind === 'sessions' ? trace.listed.session_id : trace.listed.user_id;
    if (id === undefined) continue;
    const group = totals.get(id) ?? new GroupTotals();
    group.add(grouped(trace));
    totals.set(id, group);
  }
  const { items, rest } = page([...totals], read.data.limit, read.data.cursor);
  return ok({
    [kind]: items.map(([id, group]) => (kind === 'sessions' ? group.ofSession(id) : group.ofUser(id))),
    ...rest,
  });
}

function readSession(sessionId: string, query: unknown, store: FileStore): Answer {
  const read = parsed(GetSessionQuery, query);
  if ('refusal' in read) return read.refusal;
  const traces = store.traces.filter(({ listed }) => listed.session_id === sessionId).toReversed();
  if (traces.length === 0) return notFound('session');
  const totals = new GroupTotals();
  for (const trace of traces) totals.add(grouped(trace));
  const { items, rest } = page(traces, read.data.limit, read.data.cursor);
  return ok({ session: totals.ofSession(sessionId), traces: items.map(({ listed }) => listed), ...rest });
}

function stats(store: FileStore) {
  const sum = { total_traces: 0, total_spans: 0, total_tokens: 0, total_cost: 0, total_errors: 0, dropped: {} };
  for (const { listed } of store.traces) {
    sum.total_traces += 1;
    sum.total_spans += listed.span_count;
    sum.total_tokens += listed.tokens_input + listed.tokens_output;
    sum.total_cost += listed.total_cost;
    sum.total_errors += listed.error_count;
  }
  return sum;
}

async function counts(query: unknown, context: AnswerContext): Promise<Answer> {
  const read = parsed(CountsQuery, query);
  if ('refusal' in read) return read.refusal;
  const { bucket = 'hour' } = read.data;
  const sums = new TraceCounts(bucket);
  for (const { state } of await passing(read.data, context)) sums.add(state.startMicros, state.status);
  return ok({ bucket, points: sums.points() });
}

async function series(query: unknown, context: AnswerContext): Promise<Answer> {
  const read = parsed(TimeseriesQuery, query);
  if ('refusal' in read) return read.refusal;
  const { bucket = 'hour', group_by: groupBy } = read.data;
  const traces = await passing(read.data, context);
  const counts = new Map<string, number>();
  for (const trace of traces)
    for (const group of new Set(groupsOf(trace, groupBy))) counts.set(group, (counts.get(group) ?? 0) + 1);
  const sums = new Series({ bucket, groupBy }, largestGroups(counts));
  for (const { state, listed, entries, ...trace } of traces)
    sums.add({
      startMicros: state.startMicros,
      durationMs: listed.duration_ms ?? null,
      status: state.status,
      groups:
        groupBy === 'model' || groupBy === 'span_type' ? [] : groupsOf({ state, listed, entries, ...trace }, groupBy),
      entries,
    });
  return ok({ bucket, points: sums.points() });
}

function groupsOf({ listed, entries }: FileTrace, groupBy: SeriesGrouping | undefined): readonly string[] {
  switch (groupBy) {
    case 'model':
      return entries.flatMap(({ model }) => model ?? []);
    case 'span_type':
      return entries.map(({ spanType }) => spanType);
    case 'name':
      return [listed.name];
    case 'user':
      return listed.user_id === undefined ? [] : [listed.user_id];
    case 'tag':
      return listed.tags;
    case undefined:
      return [];
  }
}
