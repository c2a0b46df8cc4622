// The thread that keeps the search index: its one writer. Told that something was written, it indexes step by step until it
// knows all; between steps it hears what it is told.
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { SearchDepth } from '../../domain/search-text.ts';
import { openReader } from './database.ts';
import { openSearchFile } from './search-file.ts';
import { type IndexStatus, SearchIndexer } from './search-indexer.ts';

export interface SearchThreadData {
  readonly dataDir: string;
  readonly depth: SearchDepth;
}

/** `written`: there is something new. `purge`: let go of the words of what was deleted. `close`: stop and say so. */
export type SearchOrder = 'written' | 'purge' | 'close';
export type SearchNews = { readonly status: IndexStatus; readonly isPurged: boolean } | 'closed';

// On Linux a priority is a thread's own: where ingest wants all of the processor, indexing takes a few hundredths of it.
if (process.platform === 'linux') setPriority(15);

const { dataDir, depth } = workerData as SearchThreadData;
const data = openReader(dataDir);
const index = openSearchFile(dataDir);
const indexer = new SearchIndexer(data, index, depth);

let isPurging = false;
let isScheduled = false;
let hasBegunPurge = false;

const tell = (news: SearchNews): void => parentPort?.postMessage(news);

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(work);
}

function work(): void {
  isScheduled = false;
  const hasMore = indexer.step() || purge();
  tell({ status: indexer.status(), isPurged: !isPurging });
  if (hasMore) schedule();
}

function purge(): boolean {
  if (!isPurging) return false;
  isPurging = indexer.purgeStep(!hasBegunPurge);
  hasBegunPurge = isPurging;
  return isPurging;
}

parentPort?.on('message', (order: SearchOrder) => {
  if (order === 'close') {
    index.close();
    data.close();
    tell('closed');
    process.exit();
  }
  if (order === 'purge') isPurging = true;
  schedule();
});
schedule();
