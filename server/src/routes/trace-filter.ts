import { type ExportQuery, type ListTracesQuery, limitRange } from 'llm-tracer/schema';
import type { PageRequest, Scanned, TraceFilter } from '../stores/store.ts';
import { resolveTimeBound } from './time-bound.ts';

/** The filters of a checked query, as the store takes them. */
export function filterOf(query: ExportQuery, nowMicros: number): TraceFilter {
  return {
    from: resolveTimeBound(query.from, nowMicros),
    to: resolveTimeBound(query.to, nowMicros),
    userId: query.user_id,
    sessionId: query.session_id,
    tags: query.tags,
    name: query.name,
    status: query.status,
    model: query.model,
    environment: query.environment,
    release: query.release,
    minDurationMs: query.min_duration_ms,
    minCost: query.min_cost,
    score: query.score,
    q: query.q,
  };
}

/** The page that a checked query asks for. */
export const pageOf = ({ limit = limitRange.standard, cursor, from, to }: PageQuery): PageRequest => ({
  limit,
  cursor,
  boundsAsSent: { from, to },
});

type PageQuery = Partial<Pick<ListTracesQuery, 'limit' | 'cursor' | 'from' | 'to'>>;

/** What every page says of itself. */
export const pageAnswer = (
  { nextCursor, scannedUntil }: Scanned & { readonly nextCursor: string | null },
  count: number,
) => ({
  next_cursor: nextCursor,
  has_more: nextCursor !== null,
  count,
  ...(scannedUntil === undefined ? {} : { scanned_until: scannedUntil }),
});
