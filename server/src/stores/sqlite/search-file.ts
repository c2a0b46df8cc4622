import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SearchDepth } from '../../domain/search-text.ts';

/**
 * The search index: a file of its own beside the data, written by one thread only, so that indexing takes no lock that
 * ingest waits for. It is derived from the data and may be removed at any time; it is then made anew.
 *
 * - `documents`: a record's words, not its text. The row id is the trace's row and the record's number in it, so that a match
 *   says its trace without a look-up: {@link documentId}.
 * - `progress`: how far the index has come, written together with what it covers.
 */
const layout = `
  CREATE VIRTUAL TABLE documents USING fts5(
    name, error, input, output, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
  );
  CREATE TABLE progress (
    data_id BLOB NOT NULL,             -- which data file this is the index of
    depth TEXT NOT NULL,               -- names, heads, full
    log INTEGER NOT NULL,              -- the entry of the data file's search_log up to which it has followed
    backlog INTEGER NOT NULL,          -- the trace below which nothing is indexed yet of what was there before the index
    has_deleted INTEGER NOT NULL       -- whether words of deleted records may still stand in the file
  ) STRICT;
`;
// Raised when what is indexed, or how, changes: the file is then made anew.
const layoutVersion = 1;

const fileName = 'llm-tracer-search.db';

/** Records of a trace have numbers below this: more than a trace may have spans. 0 is the trace's own record. */
const recordsPerTrace = 2 ** 17;

export const documentId = (trace: number, record: number): number => trace * recordsPerTrace + record;

/** SQL for the trace's row of a document, and for the documents of a trace. */
export const traceOfDocument = 'rowid >> 17';
export const documentsOfTrace = (trace: string): string =>
  `rowid BETWEEN (${trace}) << 17 AND ((${trace}) << 17) + ${recordsPerTrace - 1}`;

/** SQL for the newest row of a trace that has a document. FTS5 keeps the ids of all of them in order. */
export const newestTraceOfDocuments = '(SELECT max(id) >> 17 FROM search.documents_docsize)';

export const searchFileOf = (dataDir: string): string => join(dataDir, fileName);

export const hasSearchFile = (dataDir: string): boolean => existsSync(searchFileOf(dataDir));

export function removeSearchFile(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(searchFileOf(dataDir) + suffix, { force: true });
}

export interface SearchProgress {
  readonly log: number;
  readonly backlog: number;
  readonly hasDeleted: boolean;
}

/** Opens the index for its one writer. */
export function openSearchFile(dataDir: string): DatabaseSync {
  const db = new DatabaseSync(searchFileOf(dataDir), { timeout: 5_000 });
  db.exec('PRAGMA journal_mode = WAL');
  // A crash may take the last moments, together with the progress that spoke of them; they are indexed again.
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec('PRAGMA secure_delete = ON');
  db.exec('PRAGMA cache_size = -16384');
  db.exec('PRAGMA temp_store = MEMORY');
  return db;
}

/** How far the index has come with this data at this depth; undefined for an index of something else, or of nothing. */
export function readProgress(db: DatabaseSync, dataId: Uint8Array, depth: SearchDepth): SearchProgress | undefined {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version !== layoutVersion) return undefined;
  const row = db.prepare('SELECT * FROM progress').get() as Record<string, unknown> | undefined;
  if (row === undefined || row['depth'] !== depth || Buffer.compare(row['data_id'] as Uint8Array, dataId) !== 0)
    return undefined;
  return { log: Number(row['log']), backlog: Number(row['backlog']), hasDeleted: row['has_deleted'] === 1 };
}

/** Empties the index and begins one of this data, inside the caller's transaction. */
export function beginIndex(
  db: DatabaseSync,
  dataId: Uint8Array,
  depth: SearchDepth,
  { log, backlog, hasDeleted }: SearchProgress,
): void {
  db.exec('DROP TABLE IF EXISTS documents; DROP TABLE IF EXISTS progress');
  db.exec(layout);
  db.exec(`PRAGMA user_version = ${layoutVersion}`);
  db.prepare('INSERT INTO progress VALUES (?, ?, ?, ?, ?)').run(dataId, depth, log, backlog, hasDeleted ? 1 : 0);
}
