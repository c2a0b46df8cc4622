import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import {
  CountsAnswer,
  SessionAnswer,
  SessionListAnswer,
  SpanRecord,
  StatsAnswer,
  TimeseriesAnswer,
  TraceListAnswer,
  UserListAnswer,
} from 'llm-tracer/schema';
import type { Filters } from '../model/filters.ts';
import type { ListPage } from '../model/released-rows.ts';
import { ApiProblem, isTemporary } from './api-problem.ts';
import type { AcceptedKey } from './keys.ts';
import { request } from './request.ts';
import { askAboutKey } from './session.ts';

/** Lists stay for five minutes after their page is left, so that Back shows them at once. */
const listMs = 300_000;
const pageSize = 100;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: listMs,
      refetchOnWindowFocus: false,
      networkMode: 'always',
      retry: (failures, error) => failures < 3 && isTemporary(error),
      retryDelay: (failures, error) =>
        (error instanceof ApiProblem ? error.retryAfterMs : undefined) ?? Math.min(1000 * 2 ** failures, 8000),
    },
  },
});

/** Each key begins with the project, so that nothing of one project can show under another. */
const about = ({ project }: AcceptedKey, ...rest: readonly unknown[]) => ['project', project, ...rest] as const;

export const meQuery = (key: AcceptedKey) =>
  queryOptions({
    queryKey: about(key, 'me'),
    queryFn: ({ signal }) => askAboutKey(key.key, signal),
    staleTime: 300_000,
  });

export type TraceSort = 'time' | 'duration' | 'cost';

/** Pages of traces, newest first or sorted. */
export const tracesQuery = (key: AcceptedKey, filters: Filters, sort: TraceSort) =>
  infiniteQueryOptions({
    queryKey: about(key, 'traces', filters, sort),
    queryFn: ({ pageParam, signal }): Promise<ListPage> => tracesPage(key, filters, sort, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.next_cursor ?? undefined) : undefined),
    // What is read is not replaced under the reader: the page refreshes on demand, or merges what is new.
    staleTime: Number.POSITIVE_INFINITY,
    // A page that was read stays the same object; comparing all of them with each new one would cost more with each.
    structuralSharing: false,
  });

/** One page of {@link tracesQuery}, by the cursor that the page before it ended with. */
export const tracesPage = (
  key: AcceptedKey,
  filters: Filters,
  sort: TraceSort,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<TraceListAnswer> =>
  listTraces(key, { ...filters, sort: sort === 'time' ? undefined : sort, cursor }, signal);

export const listTraces = (
  key: AcceptedKey,
  query: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
  limit = pageSize,
): Promise<TraceListAnswer> =>
  request('/api/traces', TraceListAnswer, { key: key.key, query: { ...query, limit }, signal });

export const sessionsQuery = (key: AcceptedKey, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: about(key, 'sessions', filters),
    queryFn: ({ pageParam, signal }) =>
      request('/api/sessions', SessionListAnswer, {
        key: key.key,
        query: { ...filters, limit: pageSize, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.next_cursor ?? undefined) : undefined),
  });

export const sessionQuery = (key: AcceptedKey, sessionId: string) =>
  infiniteQueryOptions({
    queryKey: about(key, 'session', sessionId),
    queryFn: ({ pageParam, signal }) =>
      request(`/api/sessions/${encodeURIComponent(sessionId)}`, SessionAnswer, {
        key: key.key,
        query: { limit: pageSize, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.next_cursor ?? undefined) : undefined),
  });

export const usersQuery = (key: AcceptedKey, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: about(key, 'users', filters),
    queryFn: ({ pageParam, signal }) =>
      request('/api/users', UserListAnswer, {
        key: key.key,
        query: { ...filters, limit: pageSize, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.next_cursor ?? undefined) : undefined),
  });

/** How many traces match, by the bucket of their start. */
export const countsQuery = (key: AcceptedKey, filters: Filters, bucket: CountsAnswer['bucket']) =>
  queryOptions({
    queryKey: about(key, 'counts', filters, bucket),
    queryFn: ({ signal }) =>
      request('/api/stats/counts', CountsAnswer, { key: key.key, query: { ...filters, bucket }, signal }),
    staleTime: 60_000,
  });

export interface SeriesRequest {
  readonly bucket: 'hour' | 'day';
  readonly groupBy?: 'model' | 'span_type' | 'name' | 'user' | 'tag' | undefined;
}

export const seriesQuery = (key: AcceptedKey, filters: Filters, { bucket, groupBy }: SeriesRequest) =>
  queryOptions({
    queryKey: about(key, 'series', filters, bucket, groupBy),
    queryFn: ({ signal }) =>
      request('/api/stats/timeseries', TimeseriesAnswer, {
        key: key.key,
        query: { ...filters, bucket, group_by: groupBy },
        signal,
      }),
    staleTime: 60_000,
  });

export const statsQuery = (key: AcceptedKey) =>
  queryOptions({
    queryKey: about(key, 'stats'),
    queryFn: ({ signal }) => request('/api/stats', StatsAnswer, { key: key.key, signal }),
  });

/** One span, whole, payloads included. */
export const spanQuery = (key: AcceptedKey, spanId: string) =>
  queryOptions({
    queryKey: about(key, 'span', spanId),
    queryFn: ({ signal }) => request(`/api/spans/${encodeURIComponent(spanId)}`, SpanRecord, { key: key.key, signal }),
  });

export { about as projectQueryKey };
