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

// On Linux a priority is a thread's own: where ingest wants all of the processor, indexing takes a hundredth of it.
if (process.platform === 'linux') setPriority(19);

const { dataDir, depth } = workerData as SearchThreadData;
const data = openReader(dataDir);
const index = openSearchFile(dataDir);
const indexer = new SearchIndexer(data, index, depth);

let isPurging = false;
let isScheduled = false;
let hasBegunPurge = false;

const tell = (news: SearchNews): void => parentPort?.postMessage(news);

// While ingest is under way a step rests for twice the time that it worked, since the disk is shared too: without, ingest at
// its limit lost a third of its speed by the millionth span. What is left is some 5,000 spans a second.
const restsByWork = 2;
const busyForMs = 300;
let busyUntil = 0;

function schedule(restMs = 0): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(work, restMs);
}

function work(): void {
  isScheduled = false;
  const start = performance.now();
  const hasMore = indexer.step() || purge();
  const end = performance.now();
  tell({ status: indexer.status(), isPurged: !isPurging });
  if (hasMore) schedule(end < busyUntil ? restsByWork * (end - start) : 0);
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
  else busyUntil = performance.now() + busyForMs;
  schedule();
});
schedule();
