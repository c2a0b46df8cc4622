import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One record of an export, read. */
export interface ImportedRecord {
  readonly line: number;
  readonly kind: 'trace' | 'span' | 'score';
  /** The record as JSON, without its kind. */
  readonly json: string;
}

/** What of a file can be sent, or why a line cannot. */
export type ImportStep =
  | { readonly step: 'batch'; readonly records: readonly ImportedRecord[]; readonly lastLine: number }
  | { readonly step: 'fault'; readonly line: number; readonly detail: string };

/** What the file said of itself: whether its last line came, and how much it named. */
export interface FileEnd {
  isWhole: boolean;
}

// Below this the server keeps a compressed body as it came.
const enoughCharacters = 800_000;
const enoughRecords = 500;

/** Reads an export line by line into batches, in its order. Lines before `startLine` are passed over. */
export async function* importSteps(input: Readable, startLine: number, end: FileEnd): AsyncGenerator<ImportStep> {
  let records: ImportedRecord[] = [];
  let characters = 0;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    const read = readLine(text, line);
    if (read === 'end') end.isWhole = true;
    if (typeof read === 'string' || line < startLine) continue;
    if ('detail' in read) yield { step: 'fault', line, detail: read.detail };
    else {
      records.push(read);
      characters += read.json.length;
    }
    if (records.length < enoughRecords && characters < enoughCharacters) continue;
    yield { step: 'batch', records, lastLine: line };
    [records, characters] = [[], 0];
  }
  if (records.length > 0) yield { step: 'batch', records, lastLine: line };
}

function readLine(text: string, line: number): ImportedRecord | 'end' | 'derived' | { readonly detail: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { detail: 'it is not JSON' };
  }
  if (typeof value !== 'object' || value === null) return { detail: 'it is no record' };
  const { kind, is_derived, ...record } = value as Record<string, unknown>;
  if (kind === 'end') return 'end';
  // Computed from its spans, which come too; sent, it would become a record of its own.
  if (is_derived === true) return 'derived';
  if (kind !== 'trace' && kind !== 'span' && kind !== 'score')
    return { detail: 'its kind is not trace, span or score' };
  return { line, kind, json: JSON.stringify(record) };
}

/** The body of `POST /api/ingest` with these records. Put together as text: they were JSON a moment ago. */
export function bodyOf(records: readonly ImportedRecord[]): string {
  const part = (kind: ImportedRecord['kind']): string =>
    `[${records.flatMap((record) => (record.kind === kind ? [record.json] : [])).join(',')}]`;
  return `{"sdk":{"name":"llm-tracer import"},"traces":${part('trace')},"spans":${part('span')},"scores":${part('score')}}`;
}
