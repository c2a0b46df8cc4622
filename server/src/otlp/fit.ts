import type { SpanUpsert, TraceUpsert, Truncation } from 'llm-tracer/schema';

const longestLabel = 255;
const longestText = 100_000;
const mostEvents = 10_000;
const mostLinks = 1_000;
const [mostTags, longestTag] = [50, 100];

const labels = ['error_type', 'model', 'requested_model', 'provider', 'finish_reason', 'prompt_name', 'prompt_version'];
const texts = ['error', 'error_stack'];

/**
 * A span within the wire's lengths, without its undefined fields. An OTLP client cannot be told to send less: what is too long
 * is cut, as a client of ours would cut it, and said in `truncated`.
 */
export function fitSpan(fields: Readonly<Record<string, unknown>>): SpanUpsert {
  const truncated: Truncation[] = [];
  const fitted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) fitted[name] = value;
  fitted['name'] = cut(truncated, 'name', nameOf(fields['name']), longestLabel);
  for (const name of labels) if (name in fitted) fitted[name] = cut(truncated, name, fitted[name], longestLabel);
  for (const name of texts) if (name in fitted) fitted[name] = cut(truncated, name, fitted[name], longestText);
  if ('events' in fitted) fitted['events'] = cutList(truncated, 'events', fitted['events'], mostEvents).map(fitEvent);
  if ('links' in fitted) fitted['links'] = cutList(truncated, 'links', fitted['links'], mostLinks);
  if (truncated.length > 0) fitted['truncated'] = truncated;
  return fitted as unknown as SpanUpsert;
}

/** Facts of a trace within the wire's lengths, without undefined fields. */
export function fitFacts(fields: Readonly<Record<string, unknown>>): Partial<TraceUpsert> {
  const fitted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined && !(name === 'metadata' && Object.keys(value as object).length === 0))
      fitted[name] =
        typeof value === 'string' && name !== 'input' && name !== 'output' ? head(value, longestLabel) : value;
  const tags = fields['tags'] as readonly string[] | undefined;
  if (tags !== undefined) fitted['tags'] = tags.slice(0, mostTags).map((tag) => head(tag, longestTag));
  return fitted as Partial<TraceUpsert>;
}

/** OTLP: an empty name is an unknown one. */
const nameOf = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : 'unnamed');

function cut(truncated: Truncation[], path: string, value: unknown, most: number): unknown {
  if (typeof value !== 'string' || value.length <= most) return value;
  truncated.push({ path, original_bytes: bytesOf(value) });
  return head(value, most);
}

// Not Node's own way: the viewer reads OTLP files by this too, in a browser.
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** The beginning of a text, not ending within a character of two units. */
function head(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.charCodeAt(most - 1);
  return text.slice(0, end >= 0xd800 && end <= 0xdbff ? most - 1 : most);
}

function cutList(truncated: Truncation[], path: string, value: unknown, most: number): readonly unknown[] {
  const list = value as readonly unknown[];
  if (list.length <= most) return list;
  truncated.push({ path, original_bytes: bytesOf(JSON.stringify(list)) });
  return list.slice(0, most);
}

const fitEvent = (event: unknown): unknown => {
  const { name, ...others } = event as { readonly name: string };
  return { name: head(nameOf(name), longestLabel), ...others };
};
