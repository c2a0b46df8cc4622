import type { DatabaseSync } from 'node:sqlite';
import type { Fields } from '../../domain/record.ts';
import { type SearchDepth, searchDocument } from '../../domain/search-text.ts';
import { decodeRecord } from './codec.ts';
import { openReader } from './database.ts';
import {
  beginIndex,
  documentId,
  documentsOfTrace,
  openSearchFile,
  readProgress,
  type SearchProgress,
} from './search-file.ts';
import { entriesOf, type LogRow } from './search-log.ts';
import { SegmentReader } from './segments.ts';
import { Statements } from './statements.ts';

// One step: some hundred records, a few thousandths of a second for each hundred, and a transaction of its own.
const logRowsPerStep = 8;
const tracesPerStep = 100;

/** Where the index stands. */
export interface IndexStatus {
  /** The entry of the log up to which it has followed. */
  readonly log: number;
  /** When the oldest write that it does not know yet was made; undefined when it knows them all. */
  readonly behindSinceMicros: number | undefined;
  /** Whether there is something that was there before the index and is not in it yet. */
  readonly hasBacklog: boolean;
}

/** Makes the index where there is none of this data at this depth: empty, for its thread to fill. */
export function prepareIndex(dataDir: string, depth: SearchDepth): void {
  const [data, index] = [openReader(dataDir), openSearchFile(dataDir)];
  try {
    new SearchIndexer(data, index, depth).status();
  } finally {
    index.close();
    data.close();
  }
}

/**
 * Follows the data, a step at a time. Each step reads a snapshot of the data and commits what it made of it together with how
 * far it has come, so that it goes on from there whenever it is stopped; to see a change twice does no harm.
 */
export class SearchIndexer {
  readonly #data: Statements;
  readonly #dataDb: DatabaseSync;
  readonly #index: Statements;
  readonly #indexDb: DatabaseSync;
  readonly #depth: SearchDepth;
  #progress: SearchProgress;

  constructor(data: DatabaseSync, index: DatabaseSync, depth: SearchDepth) {
    this.#dataDb = data;
    this.#data = new Statements(data);
    this.#indexDb = index;
    this.#depth = depth;
    this.#progress = this.#resume() ?? this.#begin();
    this.#index = new Statements(index);
  }

  /** Indexes a slice: what is new first, then what was there before the index, newest first. False when it knows all. */
  step(): boolean {
    return this.#snapshot(() => this.#followLog() || this.#followBacklog());
  }

  /**
   * Rewrites a part of the index without the words of deleted records, which until then are only passed over. False when
   * there are none.
   */
  purgeStep(isFirst: boolean): boolean {
    if (!this.#progress.hasDeleted) return false;
    // Negative: everything is to be merged into one. Each further call does some hundred pages of that.
    const before = this.#changes();
    this.#indexDb.prepare("INSERT INTO documents (documents, rank) VALUES ('merge', ?)").run(isFirst ? -200 : 200);
    // A merge that had nothing to do changes but its own row (SQLite's FTS5 page, "The 'merge' Command").
    if (isFirst || this.#changes() - before >= 2) return true;
    this.#save({ ...this.#progress, hasDeleted: false });
    this.#indexDb.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return false;
  }

  get hasDeleted(): boolean {
    return this.#progress.hasDeleted;
  }

  status(): IndexStatus {
    const { log, backlog } = this.#progress;
    const oldest = this.#data.get<[number | null]>('SELECT min(written_us) FROM search_log WHERE seq > ?', log)?.[0];
    const hasBacklog = this.#data.get('SELECT 1 FROM traces WHERE id < ? LIMIT 1', backlog) !== undefined;
    return { log, behindSinceMicros: oldest ?? undefined, hasBacklog };
  }

  #followLog(): boolean {
    const rows = this.#data.all<LogRow>(
      'SELECT seq, written_us, changes FROM search_log WHERE seq > ? ORDER BY seq LIMIT ?',
      this.#progress.log,
      logRowsPerStep,
    );
    const last = rows.at(-1);
    if (last === undefined) return false;
    const written = new Map<number, Set<number>>();
    const removed = new Set<number>();
    for (const { trace, records } of rows.flatMap(([, , changes]) => entriesOf(changes))) {
      if (records === undefined) removed.add(trace);
      const numbers = written.get(trace) ?? new Set();
      for (const record of records ?? []) numbers.add(record);
      written.set(trace, numbers);
    }
    this.#commit({ ...this.#progress, log: last[0] }, removed, written);
    return true;
  }

  #followBacklog(): boolean {
    const traces = this.#data.all<[number]>(
      'SELECT id FROM traces WHERE id < ? ORDER BY id DESC LIMIT ?',
      this.#progress.backlog,
      tracesPerStep,
    );
    const last = traces.at(-1);
    if (last === undefined) return false;
    const written = new Map(traces.map(([trace]) => [trace, undefined]));
    this.#commit({ ...this.#progress, backlog: last[0] }, new Set(), written);
    return true;
  }

  /** Indexes records of these traces (all of them where no numbers are given) as they are now. */
  #commit(
    progress: SearchProgress,
    removed: ReadonlySet<number>,
    written: ReadonlyMap<number, ReadonlySet<number> | undefined>,
  ): void {
    const segments = new SegmentReader(this.#data);
    let { hasDeleted } = progress;
    this.#indexDb.exec('BEGIN IMMEDIATE');
    try {
      for (const trace of removed) hasDeleted = this.#remove(trace) || hasDeleted;
      // In the order of their ids: FTS5 writes a page anew for each that is smaller than the one before.
      for (const [trace, numbers] of [...written].sort(([a], [b]) => a - b)) {
        for (const [number, fields] of this.#recordsOf(trace, numbers, segments)) {
          const replaced = this.#replace(documentId(trace, number), fields);
          hasDeleted ||= replaced;
        }
      }
      this.#save({ ...progress, hasDeleted });
      this.#indexDb.exec('COMMIT');
    } catch (error) {
      if (this.#indexDb.isTransaction) this.#indexDb.exec('ROLLBACK');
      throw error;
    }
  }

  /** The records of a live trace with their numbers, in order. */
  #recordsOf(trace: number, numbers: ReadonlySet<number> | undefined, segments: SegmentReader): [number, Fields][] {
    const row = this.#data.get<[string | null, string | null]>(
      'SELECT record, payload FROM traces LEFT JOIN trace_payloads ON trace = id WHERE id = ? AND state = 0',
      trace,
    );
    if (row === undefined) return [];
    const records: [number, Fields][] = [];
    if (row[0] !== null && numbers?.has(0) !== false) records.push([0, decodeRecord(row[0], row[1]).fields]);
    if (numbers?.size === 1 && numbers.has(0)) return records;
    const spans = this.#data.all<[number, number | null, number, string, string | null]>(
      `SELECT number, segment, position, head, payload FROM spans LEFT JOIN span_records
         ON segment IS NULL AND span_records.trace = spans.trace AND span_records.span_id = spans.span_id
       WHERE spans.trace = ?`,
      trace,
    );
    for (const [number, segment, position, head, payload] of spans.sort(([a], [b]) => a - b))
      if (numbers?.has(number) !== false)
        records.push([
          number,
          segment === null ? decodeRecord(head, payload).fields : segments.fields(segment, position),
        ]);
    return records;
  }

  /** Says whether there was a document of this id. */
  #replace(id: number, fields: Fields): boolean {
    const document = searchDocument(fields, this.#depth);
    const { changes } = this.#index.run('DELETE FROM documents WHERE rowid = ?', id);
    if (document !== undefined)
      this.#index.run(
        'INSERT INTO documents (rowid, name, error, input, output) VALUES (?, ?, ?, ?, ?)',
        id,
        document.name,
        document.error,
        document.input,
        document.output,
      );
    return changes > 0;
  }

  #remove(trace: number): boolean {
    return this.#index.run(`DELETE FROM documents WHERE ${documentsOfTrace('?1')}`, trace).changes > 0;
  }

  #save(progress: SearchProgress): void {
    this.#index.run(
      'UPDATE progress SET log = ?, backlog = ?, has_deleted = ?',
      progress.log,
      progress.backlog,
      progress.hasDeleted ? 1 : 0,
    );
    this.#progress = progress;
  }

  #changes(): number {
    return this.#index.get<[number]>('SELECT total_changes()')?.[0] ?? 0;
  }

  /** Where the index stood, if it is one of this data and the log has all that came since. */
  #resume(): SearchProgress | undefined {
    return this.#snapshot(() => {
      const progress = readProgress(this.#indexDb, this.#dataId(), this.#depth);
      if (progress === undefined) return undefined;
      const first = this.#data.get<[number | null]>('SELECT min(seq) FROM search_log')?.[0] ?? this.#lastLogged() + 1;
      // Behind the log's first entry some are missing; ahead of its last the data is older than the index.
      return progress.log + 1 < first || progress.log > this.#lastLogged() ? undefined : progress;
    });
  }

  #begin(): SearchProgress {
    return this.#snapshot(() => {
      const last = this.#data.get<[number | null]>('SELECT max(id) FROM traces')?.[0] ?? 0;
      const progress = { log: this.#lastLogged(), backlog: last + 1, hasDeleted: false };
      this.#indexDb.exec('BEGIN IMMEDIATE');
      beginIndex(this.#indexDb, this.#dataId(), this.#depth, progress);
      this.#indexDb.exec('COMMIT');
      return progress;
    });
  }

  #lastLogged(): number {
    return this.#data.get<[number]>("SELECT seq FROM sqlite_sequence WHERE name = 'search_log'")?.[0] ?? 0;
  }

  #dataId(): Uint8Array {
    return this.#data.get<[Uint8Array]>('SELECT id FROM identity')?.[0] as Uint8Array;
  }

  /** Everything that is read within is of one moment. */
  #snapshot<T>(read: () => T): T {
    this.#dataDb.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#dataDb.exec('COMMIT');
    }
  }
}
