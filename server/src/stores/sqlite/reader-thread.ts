// A thread that reads: it answers one request after another, each from one snapshot of the data.
import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './database.ts';
import type { ReadContext } from './read-context.ts';
import type { ReadAnswer, ReaderData, ReadRequest, SpentMemory } from './reader-pool.ts';
import { reads } from './reads.ts';
import { attachSearch } from './search-condition.ts';
import { Statements } from './statements.ts';
import { TextMemory } from './text-memory.ts';

const { dataDir, abandoned } = workerData as ReaderData;
const db = openReader(dataDir);
const sql = new Statements(db);
const textMemory = new TextMemory();
const isAbandoned = (): boolean => Atomics.load(abandoned, 0) === 1;

function answer({ name, context, given, needsSearch }: ReadRequest): ReadAnswer {
  try {
    if (needsSearch) attachSearch(db, dataDir);
    db.exec('BEGIN');
    try {
      const read = reads[name] as (context: ReadContext, ...given: readonly unknown[]) => unknown;
      return { result: read({ ...context, sql, textMemory, isAbandoned }, ...given) };
    } finally {
      db.exec('COMMIT');
    }
  } catch (error) {
    // The class of an error is lost between threads; its name is what tells the store's own apart.
    const { name: kind, message, errcode } = error as Error & { errcode?: number };
    return { error: { kind, message, errcode } };
  }
}

parentPort?.on('message', (request: ReadRequest | SpentMemory) => {
  if ('spent' in request) return textMemory.keep(request.spent);
  const answered = answer(request);
  const { result } = answered as { result?: unknown };
  // Bytes change hands instead of being copied.
  parentPort?.postMessage(answered, result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : []);
});
