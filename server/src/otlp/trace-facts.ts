import type { TraceUpsert } from 'llm-tracer/schema';
import type { JsonObject } from '../domain/json.ts';
import { merge } from '../domain/merge.ts';
import { type Merged, rankOf, type TraceChange } from '../domain/record.ts';
import type { Findings } from './findings.ts';
import { fitFacts } from './fit.ts';
import type { OtlpSpan } from './request.ts';

/** What a span says of the trace that it is of: fields of a trace record without times, and how much weight they have. */
export interface TraceFacts {
  readonly traceId: string;
  /** The root's word counts most, then that of the first span in each process: see {@link changesOf}. */
  readonly rev: 0 | 1 | 2;
  readonly fields: Partial<TraceUpsert>;
}

export function traceFacts(span: OtlpSpan, found: Partial<Findings>): TraceFacts {
  const { resource } = span.origin;
  const service = resource.get('service.name');
  const fields: Record<string, unknown> = {
    name: found.traceName,
    session_id: found.sessionId,
    user_id: found.userId,
    tags: found.tags,
    environment: found.environment,
    release: found.release,
    // What SDKs put where nobody has named the service.
    service_name: typeof service === 'string' && !service.startsWith('unknown_service') ? service : undefined,
    input: found.traceInput,
    output: found.traceOutput,
    metadata: { ...resourceMetadata(resource), ...found.traceMetadata },
  };
  return {
    traceId: span.traceId,
    rev: span.parentSpanId === undefined ? 2 : span.hasRemoteParent ? 1 : 0,
    fields: fitFacts(fields),
  };
}

/** The resource once a trace, by service, rather than with every span: it often is larger than they are. */
function resourceMetadata(resource: ReadonlyMap<string, unknown>): JsonObject {
  if (resource.size === 0) return {};
  const names = [resource.get('service.name'), resource.get('service.instance.id')].filter(
    (name) => name !== undefined,
  );
  return { [['otel.resource', ...names].join('/')]: Object.fromEntries(resource) };
}

/**
 * The changes that facts make, one for each trace. Facts of greater weight win field by field; between equals the merge rule
 * decides. So the outcome does not depend on which spans came together, or first.
 */
export function changesOf(facts: readonly TraceFacts[]): TraceChange[] {
  const records = new Map<string, Merged>();
  const seen = new Set<string>();
  for (const { traceId, rev, fields } of facts) {
    // Most spans of a trace say the same of it.
    const text = JSON.stringify([traceId, rev, fields]);
    if (seen.has(text)) continue;
    seen.add(text);
    const record: Merged = { rank: rankOf(false, rev), ranks: {}, fields: fields as JsonObject };
    const known = records.get(traceId);
    records.set(traceId, known === undefined ? record : merge(known, record));
  }
  return [...records]
    .filter(([, { fields }]) => Object.keys(fields).length > 0)
    .map(([traceId, record]) => ({ traceId, record }));
}
