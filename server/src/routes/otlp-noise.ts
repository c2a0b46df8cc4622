import type { AppContext } from '../context.ts';
import { filteredMetadata, filteredParents, keptAncestor, mostFilteredOfTrace } from '../otlp/filtered.ts';
import { mapSpan } from '../otlp/map-span.ts';
import type { IsNoise } from '../otlp/noise.ts';
import type { OtlpSpan } from '../otlp/request.ts';
import type { TraceFacts } from '../otlp/trace-facts.ts';
import { storeMapped } from './otlp-batch.ts';

// Of the traces that were met last. What a trace's record holds is found there too; this is for traces that have none yet.
const mostTraces = 5_000;
const pageOfSpans = 1_000;

/**
 * Stores spans without the noise among them, and gives the children of what is left out to the nearest ancestor that stays:
 * those in the request at once, those that are stored, or still come, once both are known. Whoever writes last sees what all
 * have written, so the outcome does not depend on what came first, or to which process.
 */
export class NoiseRoute {
  readonly #context: AppContext;
  /** Parents of filtered spans, by project and trace. */
  readonly #recent = new Map<string, Map<string, string>>();

  constructor(context: AppContext) {
    this.#context = context;
  }

  async store(project: string, spans: readonly OtlpSpan[], isNoise: IsNoise): Promise<string[]> {
    const noise = new Set(spans.filter(isNoise));
    const kept = spans.filter((span) => !noise.has(span));
    const parents = parentsByTrace(noise);
    for (const [traceId, ofTrace] of parents) this.#remember(project, traceId, ofTrace);

    const mapped = kept.map((span) => mapSpan(this.#withKeptParent(project, span, parents.get(span.traceId))));
    const refusals = await storeMapped(this.#context, project, mapped, factsOf(parents));
    for (const traceId of new Set(spans.map((span) => span.traceId)))
      await this.#adopt(project, traceId, parents.has(traceId) ? undefined : kept);
    return refusals;
  }

  #withKeptParent(project: string, span: OtlpSpan, ofRequest: ReadonlyMap<string, string> | undefined): OtlpSpan {
    const recent = this.#recent.get(keyOf(project, span.traceId));
    if (span.parentSpanId === undefined || (ofRequest ?? recent) === undefined) return span;
    const filtered = new Map([...(recent ?? []), ...(ofRequest ?? [])]);
    return { ...span, parentSpanId: keptAncestor(span.parentSpanId, filtered) || undefined };
  }

  /** Gives stored children of filtered spans to who stays: of all spans of the trace, or of those just stored. */
  async #adopt(project: string, traceId: string, among: readonly OtlpSpan[] | undefined): Promise<void> {
    const { store } = this.#context;
    const orphans = among?.filter((span) => span.traceId === traceId && span.parentSpanId !== undefined);
    if (orphans?.length === 0) return;
    const answer = await store.readTrace(project, traceId, { payloads: true, limit: 1 });
    if (answer === undefined) return;
    const filtered = new Map([
      ...filteredParents(answer.trace.metadata),
      ...(this.#recent.get(keyOf(project, traceId)) ?? []),
    ]);
    if (filtered.size === 0) return;
    const children =
      orphans?.map(({ spanId, parentSpanId, endTime }) => ({ spanId, parent: parentSpanId, endTime })) ??
      (await this.#childrenOf(project, traceId));
    for (const { spanId, parent, endTime } of children) {
      // A span that runs is met again when it has ended.
      if (parent === undefined || endTime === undefined || !filtered.has(parent)) continue;
      await store.completeSpan(project, spanId, { parent_span_id: keptAncestor(parent, filtered) });
    }
  }

  async #childrenOf(project: string, traceId: string) {
    const children: { spanId: string; parent: string | undefined; endTime: string | undefined }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.#context.store.readTrace(project, traceId, {
        payloads: false,
        limit: pageOfSpans,
        cursor,
      });
      for (const span of page?.spans ?? [])
        children.push({ spanId: span.span_id, parent: span.parent_span_id, endTime: span.end_time });
      if (page?.next_cursor == null) return children;
      cursor = page.next_cursor;
    }
  }

  #remember(project: string, traceId: string, parents: ReadonlyMap<string, string>): void {
    const key = keyOf(project, traceId);
    const known = this.#recent.get(key) ?? new Map<string, string>();
    for (const [spanId, parent] of parents) if (known.size < mostFilteredOfTrace) known.set(spanId, parent);
    // Met last, so forgotten last.
    this.#recent.delete(key);
    this.#recent.set(key, known);
    if (this.#recent.size > mostTraces) this.#recent.delete(this.#recent.keys().next().value as string);
  }
}

const keyOf = (project: string, traceId: string): string => `${project} ${traceId}`;

function parentsByTrace(spans: Iterable<OtlpSpan>): Map<string, Map<string, string>> {
  const parents = new Map<string, Map<string, string>>();
  for (const { traceId, spanId, parentSpanId } of spans) {
    const ofTrace = parents.get(traceId) ?? new Map<string, string>();
    parents.set(traceId, ofTrace.set(spanId, parentSpanId ?? ''));
  }
  return parents;
}

/** For the traces' records. A trace that is all noise has none and gets none. */
const factsOf = (parents: ReadonlyMap<string, ReadonlyMap<string, string>>): TraceFacts[] =>
  [...parents].map(([traceId, ofTrace]) => ({
    traceId,
    rev: 0,
    fields: { metadata: filteredMetadata([...ofTrace].slice(0, mostFilteredOfTrace)) },
  }));
