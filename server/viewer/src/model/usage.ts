import type { SpanRecord } from 'llm-tracer/schema';

export interface UsagePart {
  readonly name: string;
  readonly tokens: number;
}

/**
 * The parts of the tokens of a call. Counts are inclusive: input holds cache reads and writes, output holds reasoning, so
 * what is left over is the rest, and the parts add up to the totals.
 */
export function usageParts(span: SpanRecord): {
  readonly input: readonly UsagePart[];
  readonly output: readonly UsagePart[];
} {
  return {
    input: split(span.tokens_input, [
      { name: 'cache read', tokens: span.tokens_cache_read ?? 0 },
      { name: 'cache write', tokens: span.tokens_cache_write ?? 0 },
    ]),
    output: split(span.tokens_output, [{ name: 'reasoning', tokens: span.tokens_reasoning ?? 0 }]),
  };
}

function split(total: number | undefined, named: readonly UsagePart[]): readonly UsagePart[] {
  if (total === undefined) return [];
  const present = named.filter(({ tokens }) => tokens > 0);
  const rest = total - present.reduce((sum, { tokens }) => sum + tokens, 0);
  return [...present, ...(rest > 0 || present.length === 0 ? [{ name: 'rest', tokens: Math.max(0, rest) }] : [])];
}

export interface ModelUsage {
  readonly model: string;
  readonly calls: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly cost: number;
  readonly unpriced: number;
}

/** What finished spans used, by model; a span counts where none of its descendants carries usage. */
export function usageByModel(spans: readonly SpanRecord[]): readonly ModelUsage[] {
  const parents = new Map(spans.map(({ span_id, parent_span_id }) => [span_id, parent_span_id]));
  const carries = (span: SpanRecord) =>
    span.end_time !== undefined && (span.tokens_input ?? span.tokens_output ?? span.cost_usd) !== undefined;
  const covered = new Set<string>();
  for (const span of spans.filter(carries)) {
    const seen = new Set<string>([span.span_id]);
    for (let at = span.parent_span_id; at !== undefined && !seen.has(at); at = parents.get(at)) {
      seen.add(at);
      covered.add(at);
    }
  }
  const models = new Map<string, ModelUsage>();
  for (const span of spans) {
    if (!carries(span) || covered.has(span.span_id)) continue;
    const model = span.model ?? 'unknown model';
    const before = models.get(model) ?? { model, calls: 0, tokensIn: 0, tokensOut: 0, cost: 0, unpriced: 0 };
    models.set(model, {
      model,
      calls: before.calls + 1,
      tokensIn: before.tokensIn + (span.tokens_input ?? 0),
      tokensOut: before.tokensOut + (span.tokens_output ?? 0),
      cost: before.cost + (span.cost_usd ?? 0),
      unpriced: before.unpriced + (span.cost_usd === undefined ? 1 : 0),
    });
  }
  return [...models.values()].sort((a, b) => b.cost - a.cost || b.tokensIn - a.tokensIn);
}
