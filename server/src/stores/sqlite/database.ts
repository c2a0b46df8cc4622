import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from './schema.ts';

/** The data file in its folder. */
export const dataFileOf = (dataDir: string): string => join(dataDir, 'llm-tracer.db');

/** Opens the data for its one writer; makes it where there is none. */
export function openDatabase(dataDir: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(dataFileOf(dataDir), { timeout: 5_000 });
  // Before the first table, or it has no effect: what is removed is given back while serving (space.ts).
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${synchronous}`);
  // What is deleted is overwritten: a page that is merely free would keep somebody's prompts in the file.
  db.exec('PRAGMA secure_delete = ON');
  // Readers and the indexes' hot pages; the default of 2 MB makes random span ids read the file.
  db.exec('PRAGMA cache_size = -65536');
  // 256 MB: span ids are random, so a batch touches a page of their index for nearly each, the same pages again and again. What
  // a longer log collects is copied back once. At a million spans ingest took a third less time with this than with 64 MB.
  db.exec('PRAGMA wal_autocheckpoint = 64000');
  db.exec('PRAGMA temp_store = MEMORY');
  migrate(db);
  return db;
}

/** Opens the data for reading, from another thread: in WAL a reader neither waits for the writer nor holds it up. */
export function openReader(dataDir: string): DatabaseSync {
  const db = new DatabaseSync(dataFileOf(dataDir), { readOnly: true, timeout: 5_000 });
  db.exec('PRAGMA cache_size = -32768');
  db.exec('PRAGMA temp_store = MEMORY');
  return db;
}
