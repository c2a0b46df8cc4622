import type { DatabaseSync } from 'node:sqlite';
import { parseSearch } from '../../domain/search-query.ts';
import { searchFileOf } from './search-file.ts';

const attached = new WeakSet<DatabaseSync>();

// SQLite's BUSY: not now.
const busy = 5;

/** Lets a reading connection see the search index, once there is one. Its thread makes it at the server's first start. */
export function attachSearch(db: DatabaseSync, dataDir: string): void {
  if (!attached.has(db)) {
    db.prepare('ATTACH DATABASE ? AS search').run(searchFileOf(dataDir));
    attached.add(db);
  }
  if (db.prepare("SELECT 1 FROM search.sqlite_master WHERE name = 'documents'").get() === undefined)
    throw Object.assign(new Error('the search index is being made'), { errcode: busy });
}

/** What `q` asks as an FTS5 expression; undefined when there is no word in it. Everything but words is inside quotes. */
export function matchOf(q: string): string | undefined {
  const terms = parseSearch(q).map(({ text, isPrefix }) => `"${text.replaceAll('"', '""')}"${isPrefix ? ' *' : ''}`);
  return terms.length === 0 ? undefined : terms.join(' ');
}
