import { gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { SpanUpsert } from 'llm-tracer/schema';
import { spanChange } from '../../domain/normalise.ts';
import type { Fields, Merged } from '../../domain/record.ts';
import type { BatchSource } from '../store.ts';
import type { Statements } from './statements.ts';

// A segment is read whole for any span in it: at this size that is some 5 ms.
const mostCharacters = 1_000_000;

/**
 * Segments: request bodies kept as they came.
 *
 * A batch arrives as compressed JSON. Writing each of its spans anew would serialise it again, put six times the bytes into
 * the file and cost three times the CPU of the rest (measured: `pnpm bench ingest`); so the body is stored as it is, and the
 * rows of its spans say where in it they stand. What was refused is taken out before it is stored, and what is deleted
 * later is taken out then: {@link cleanSegment}.
 */
export const isKeepable = (source: BatchSource | undefined): source is BatchSource =>
  source !== undefined && source.characters <= mostCharacters;

/**
 * A number that no segment has had: traces go on naming one that is gone, and would have a later segment of its number cleaned
 * in its place. So the newest segment's row stays, emptied, until there is a newer one.
 */
export const nextSegmentId = (sql: Statements): number =>
  (sql.get<[number | null]>('SELECT max(id) FROM segments')?.[0] ?? 0) + 1;

/** Stores a body; `keep` says which of its spans are to stay, when not all are. */
export function addSegment(
  sql: Statements,
  id: number,
  source: BatchSource,
  keep?: (position: number) => boolean,
): void {
  const { encoding, body } = keep === undefined ? source : onlyWith(source, (_span, position) => keep(position));
  sql.run('INSERT INTO segments VALUES (?, ?, ?)', id, encoding, body);
  sql.run('DELETE FROM segments WHERE id = ? AND length(body) = 0', id - 1);
}

/** Reads spans out of segments, each segment once for the reader's life (one call of the store) unless told otherwise. */
export class SegmentReader {
  readonly #sql: Statements;
  readonly #most: number;
  readonly #spans = new Map<number, readonly (SpanUpsert | null)[]>();

  /** `most`: how many segments it keeps unpacked; the one that was read first goes first. */
  constructor(sql: Statements, most = Number.POSITIVE_INFINITY) {
    this.#sql = sql;
    this.#most = most;
  }

  /** The record at a place that a span's row names. */
  record(segment: number, position: number): Merged {
    return recordIn(this.#spansOf(segment), position);
  }

  /** Its fields as they were sent. */
  fields(segment: number, position: number): Fields {
    return this.#spansOf(segment)[position] as unknown as Fields;
  }

  #spansOf(segment: number): readonly (SpanUpsert | null)[] {
    let spans = this.#spans.get(segment);
    if (spans === undefined) {
      spans = spansOf(loadSegment(this.#sql, segment) as Segment);
      if (this.#spans.size >= this.#most) this.#spans.delete(this.#spans.keys().next().value as number);
      this.#spans.set(segment, spans);
    }
    return spans;
  }
}

/**
 * Takes out of a segment what no row of the project says stands in it: spans of traces that were removed, and what a span was
 * before it was merged. A segment that holds nothing else goes.
 */
export function cleanSegment(sql: Statements, project: number, id: number): void {
  const stored = loadSegment(sql, id);
  if (stored === undefined) return;
  const rest = onlyWith(
    stored,
    (span, position) =>
      sql.get(
        'SELECT 1 FROM spans WHERE project = ? AND span_id = ? AND segment = ? AND position = ?',
        project,
        span.span_id,
        id,
        position,
      ) !== undefined,
  );
  if (rest.isEmpty && id + 1 === nextSegmentId(sql)) sql.run("UPDATE segments SET body = x'' WHERE id = ?", id);
  else if (rest.isEmpty) sql.run('DELETE FROM segments WHERE id = ?', id);
  else sql.run('UPDATE segments SET encoding = ?, body = ? WHERE id = ?', rest.encoding, rest.body, id);
}

type Segment = Pick<BatchSource, 'encoding' | 'body'>;

function loadSegment(sql: Statements, id: number): Segment | undefined {
  const row = sql.get<[Segment['encoding'], Uint8Array]>(
    'SELECT encoding, body FROM segments WHERE id = ? AND length(body) > 0',
    id,
  );
  return row === undefined ? undefined : { encoding: row[0], body: row[1] };
}

// Most bodies unpack to less, and are then one piece: joining those of the default 16 KB takes as long as unpacking them.
const chunkSize = 512 * 1024;

/** The spans of a body, at their places. */
export function spansOf({ encoding, body }: Segment): (SpanUpsert | null)[] {
  const unpacked = encoding === 'zstd' ? zstdDecompressSync(body, { chunkSize }) : gunzipSync(body, { chunkSize });
  return (JSON.parse(unpacked.toString('utf8')) as { spans?: (SpanUpsert | null)[] }).spans ?? [];
}

/** The record of a span at its place in a body. */
export const recordIn = (spans: readonly (SpanUpsert | null)[], position: number): Merged =>
  spanChange(spans[position] as SpanUpsert).record;

/** The body with only some of its spans, at their places, and nothing but spans. */
function onlyWith(
  segment: Segment,
  keep: (span: SpanUpsert, position: number) => boolean,
): Segment & { readonly isEmpty: boolean } {
  const spans = spansOf(segment).map((span, position) => (span !== null && keep(span, position) ? span : null));
  const body = zstdCompressSync(JSON.stringify({ spans }));
  return { encoding: 'zstd', body, isEmpty: spans.every((span) => span === null) };
}
