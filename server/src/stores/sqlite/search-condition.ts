import type { DatabaseSync } from 'node:sqlite';
import { parseSearch } from '../../domain/search-query.ts';
import { searchFileOf } from './search-file.ts';

const attached = new WeakSet<DatabaseSync>();

/** Lets a reading connection see the search index, once there is one. */
export function attachSearch(db: DatabaseSync, dataDir: string): void {
  if (attached.has(db)) return;
  db.prepare('ATTACH DATABASE ? AS search').run(searchFileOf(dataDir));
  attached.add(db);
}

/** What `q` asks as an FTS5 expression; undefined when there is no word in it. Everything but words is inside quotes. */
export function matchOf(q: string): string | undefined {
  const terms = parseSearch(q).map(({ text, isPrefix }) => `"${text.replaceAll('"', '""')}"${isPrefix ? ' *' : ''}`);
  return terms.length === 0 ? undefined : terms.join(' ');
}
