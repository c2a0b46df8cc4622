import { constants, zstdCompressSync } from 'node:zlib';
import type { AppContext } from '../context.ts';
import type { TraceChange } from '../domain/record.ts';
import type { MappedSpan } from '../otlp/map-span.ts';
import { changesOf } from '../otlp/trace-facts.ts';
import { recordFault } from '../plugins/record-fault.ts';
import type { Batch } from '../stores/store.ts';
import { readSpans } from './batch-part.ts';

// As much as a store keeps as one body: see `stores/sqlite/segments`.
const mostCharacters = 900_000;

/** Some spans that are stored together, with each one's text. */
interface Chunk {
  readonly spans: readonly MappedSpan[];
  readonly texts: readonly string[];
}

/**
 * Stores what OTLP spans were mapped to, as `POST /api/ingest` stores what it is sent: the same checks, the same limits. What
 * a collector sends at once may be more than MAX_BATCH_ELEMENTS, so it is stored in parts. Resolves with a sentence for each
 * span that was not stored.
 */
export async function storeMapped(
  context: AppContext,
  project: string,
  spans: readonly MappedSpan[],
  moreFacts: readonly MappedSpan['facts'][] = [],
): Promise<string[]> {
  const refusals: string[] = [];
  const chunks = [...chunksOf(spans, context.config.limits.maxBatchElements)];
  for (const [index, chunk] of chunks.entries())
    refusals.push(...(await storeChunk(context, project, chunk, index === 0 ? moreFacts : [])));
  if (chunks.length === 0 && moreFacts.length > 0)
    await context.store.ingest(project, { traces: changesOf(moreFacts), spans: [], scores: [] });
  return refusals;
}

async function storeChunk(
  { store, config }: AppContext,
  project: string,
  { spans, texts }: Chunk,
  moreFacts: readonly MappedSpan['facts'][],
): Promise<string[]> {
  const { limits } = config;
  const lengths = new Map(spans.map(({ span }, index) => [span as unknown, (texts[index] as string).length]));
  const part = readSpans(
    spans.map(({ span }) => span),
    // Attributes that are no finite numbers have become texts, so there is no number to refuse.
    (span) => recordFault(span, { characters: lengths.get(span) ?? 0, mayHoldHugeNumbers: false }, limits),
  );
  const facts = part.changes.map(({ sourceIndex }) => (spans[sourceIndex as number] as MappedSpan).facts);
  const outcome = await store.ingest(project, {
    traces: changesOf([...facts, ...moreFacts]).map((change) => withinLimit(change, limits.maxPayloadBytes)),
    spans: part.changes,
    scores: [],
    ...sourceOf(texts, part.changes.length === part.checked.count),
  });
  return part.checked
    .rejected(outcome.spans, config.retentionDaysOf(project))
    .map(({ id, detail }) => `span ${id}: ${detail}`);
}

/**
 * The spans as a compressed body of `POST /api/ingest`, for a store that keeps those: theirs came in another form, and
 * writing each anew costs more than this does.
 */
function sourceOf(texts: readonly string[], isWhole: boolean): Pick<Batch, 'source'> {
  const text = `{"spans":[${texts.join(',')}]}`;
  if (text.length > mostCharacters + 100) return {};
  const body = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return { source: { encoding: 'zstd', body, isWhole, characters: text.length } };
}

function* chunksOf(spans: readonly MappedSpan[], mostSpans: number): Generator<Chunk> {
  let chunk: { spans: MappedSpan[]; texts: string[] } = { spans: [], texts: [] };
  let characters = 0;
  for (const span of spans) {
    const text = JSON.stringify(span.span);
    if (chunk.spans.length === mostSpans || (characters > 0 && characters + text.length > mostCharacters)) {
      yield chunk;
      chunk = { spans: [], texts: [] };
      characters = 0;
    }
    chunk.spans.push(span);
    chunk.texts.push(text);
    characters += text.length + 1;
  }
  if (chunk.spans.length > 0) yield chunk;
}

/** What spans say of their trace, without a field that is over the limit: it is on a span too, which is then refused or not. */
function withinLimit(change: TraceChange, maxPayloadBytes: number): TraceChange {
  const fields = Object.entries(change.record.fields);
  const kept = fields.filter(([, value]) => Buffer.byteLength(JSON.stringify(value)) <= maxPayloadBytes);
  return kept.length === fields.length
    ? change
    : { ...change, record: { ...change.record, fields: Object.fromEntries(kept) } };
}
