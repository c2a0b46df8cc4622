import { retentionCutoff, tombstoneMicros } from '../../domain/retention.ts';
import type { SearchDepth } from '../../domain/search-text.ts';
import { RepriceCount } from '../reprice-count.ts';
import type { Store, StoreOptions } from '../store.ts';
import { Watchers } from '../watchers.ts';
import { Cleaner } from './cleaner.ts';
import { commitQueue } from './commit-queue.ts';
import { completeSpan, completeTrace } from './completion.ts';
import { openDatabase } from './database.ts';
import { ingest } from './ingest.ts';
import { LedgerCache } from './ledger-cache.ts';
import { measure } from './measure.ts';
import { Projects } from './projects.ts';
import { readSpan, traceStateOf } from './read-trace.ts';
import { ReaderPool } from './reader-pool.ts';
import { Reading } from './reading.ts';
import { readyBatch } from './ready-batch.ts';
import { recountOf, repairSums, repairTrace } from './recount.ts';
import { deleteTrace, deleteUserSlice, forgetSlice, pruneSlice, withdrawalOf } from './removal.ts';
import { repriceProject } from './reprice.ts';
import { SearchFollower } from './search.ts';
import { removeSearchFile } from './search-file.ts';
import { prepareIndex } from './search-indexer.ts';
import { follow, forgetLog, SearchLog } from './search-log.ts';
import { untilDone } from './slices.ts';
import { giveBackSpace } from './space.ts';
import { Statements } from './statements.ts';
import { emptyStats } from './stats-query.ts';
import { findTrace } from './trace-rows.ts';
import type { WriteContext } from './write-context.ts';

export interface SqliteStoreOptions extends StoreOptions {
  /** The folder of the data file. Made if it does not exist. */
  readonly dataDir: string;
  /**
   * `FULL`: every acknowledged write survives a power cut. `NORMAL`: it survives the process being killed, but a power cut
   * may take the last moments; the file stays sound. @default 'FULL'
   */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /**
   * How deep search goes; the store then keeps an index in a thread. `off` removes what there is of one.
   * @default what another process keeps is used, and none is kept
   */
  readonly searchIndex?: SearchDepth | 'off';
  /**
   * Up to how many traces of a project, and spans of a trace, nothing takes long: it is read where ingest runs, and not
   * kept in memory. @default 2,000 and 100
   */
  readonly smallProject?: number;
  readonly smallTrace?: number;
}

const trimLogAfterMs = 2_000;

/** Opens the embedded store: one file, one writer, a transaction for what arrives together. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock, retentionDays, synchronous = 'FULL', pricerOf = () => () => undefined } = options;
  const { dataDir, retentionDaysOf = () => retentionDays, smallProject = 2_000, smallTrace = 100 } = options;
  const db = openDatabase(dataDir, synchronous);
  const sql = new Statements(db);
  const projects = new Projects(sql);
  const watchers = new Watchers();
  const ledgers = new LedgerCache(sql, smallTrace);
  const commits = commitQueue(db, () => {
    projects.forget();
    ledgers.clear();
  });
  // Work for the store itself, which may take minutes and must not keep a reader waiting.
  const inspector = new ReaderPool({ dataDir, threads: 1, timeoutMs: 2 ** 31 - 1 });
  const nobody = { project: { name: '', id: 0 }, cutoffMicros: 0, forgottenMicros: 0 };
  const cleaner = new Cleaner({
    sql,
    write: (work) => commits.run(work),
    withdrawalOf: async (trace) =>
      hasMoreSpansThan(sql, trace, 2_000)
        ? inspector.run('withdrawalOf', nobody, [trace])
        : withdrawalOf({ sql }, trace),
  });
  const search = options.searchIndex === undefined ? undefined : await followedWith(options.searchIndex);

  /** Keeps a search index of this depth, or lets go of what there is of one. */
  async function followedWith(index: SearchDepth | 'off'): Promise<SearchFollower | undefined> {
    await commits.run(() => follow(sql, index));
    if (index !== 'off') {
      // Before anybody can ask it. Where the disk does not let it, its thread says so, and tries again.
      try {
        prepareIndex(dataDir, index);
      } catch {}
      return new SearchFollower({ dataDir, depth: index }, clock, trimLog);
    }
    removeSearchFile(dataDir);
    return undefined;
  }
  /** Some time after the index has read the log, it goes; no sooner, for this is a write like any other. */
  let isTrimming = false;
  function trimLog(): void {
    if (isTrimming) return;
    isTrimming = true;
    setTimeout(() => {
      isTrimming = false;
      if (search !== undefined) void commits.run(() => forgetLog(sql, search.followed)).catch(() => {});
    }, trimLogAfterMs).unref();
  }

  /** Now, and what the project's retention makes of it. */
  const moment = (project: string) => {
    const nowMicros = clock();
    const days = retentionDaysOf(project);
    const cutoffMicros = retentionCutoff(nowMicros, days);
    return { sql, nowMicros, cutoffMicros, forgottenMicros: nowMicros - tombstoneMicros(days) };
  };
  const write = async <T>(project: string, work: (context: WriteContext) => T): Promise<T> => {
    const changed = new Set<string>();
    let logged: number | undefined;
    const result = await commits.run(() => {
      // Work whose group failed runs again, from nothing.
      changed.clear();
      const searchLog = new SearchLog();
      ledgers.validate();
      const known = { project: projects.findOrAdd(project), pricer: pricerOf(project) };
      const context = { ...moment(project), ...known, ledgers, searchLog, changed };
      const result = work(context);
      logged = searchLog.save(sql, context.nowMicros);
      return result;
    });
    watchers.tell(project, changed);
    if (logged !== undefined) search?.written(logged);
    return result;
  };
  const reading = new Reading({ sql, dataDir, projects, moment, smallProject, smallTrace });
  /** A write that needs something stored before: a project that has never written has nothing. */
  const change = async (project: string, work: (context: WriteContext) => boolean): Promise<boolean> =>
    projects.find(project) === undefined ? false : write(project, work);

  // What a crash left.
  void cleaner.run().catch(() => {});

  return {
    kind: 'sqlite',
    ingest(project, batch) {
      const id = projects.find(project);
      const ready = readyBatch(
        batch,
        pricerOf(project),
        (traceId) => id !== undefined && findTrace(sql, id, traceId) !== undefined,
      );
      return write(project, (context) => ingest(context, ready));
    },
    traceState: async (project, traceId) =>
      reading.here(project, 'unknown', (context) => traceStateOf(context, traceId)),
    completeSpan: (project, spanId, fields) => change(project, (context) => completeSpan(context, spanId, fields)),
    completeTrace: (project, traceId, fields) => change(project, (context) => completeTrace(context, traceId, fields)),
    readTrace: (project, traceId, given) => reading.trace(project, traceId, given),
    readTraceJson: (project, traceId, given, signal) => reading.traceJson(project, traceId, given, signal),
    readSpan: async (project, spanId) => reading.here(project, undefined, (context) => readSpan(context, spanId)),
    listTraces: (project, filter, page, signal) =>
      reading.page('listTraces', project, { traces: [], nextCursor: null }, filter, page, signal),
    listSessions: (project, filter, page, signal) =>
      reading.page('listSessions', project, { sessions: [], nextCursor: null }, filter, page, signal),
    listUsers: (project, filter, page, signal) =>
      reading.page('listUsers', project, { users: [], nextCursor: null }, filter, page, signal),
    readSession: (project, sessionId, page, signal) =>
      reading.run('readSession', project, undefined, [sessionId, page], { signal }),
    stats: (project) => reading.run('stats', project, emptyStats(), []),
    countTraces: (project, filter, bucket, signal) =>
      reading.run('countTraces', project, { points: [] }, [filter, bucket], { signal, q: filter.q }),
    timeseries: (project, filter, query, signal) =>
      reading.run('timeseries', project, { points: [] }, [filter, query], { signal, q: filter.q }),
    async deleteTrace(project, traceId) {
      const isDeleted = await change(project, (context) => deleteTrace(context, traceId));
      if (isDeleted) await cleaner.run();
      return isDeleted;
    },
    async deleteUser(project, userId) {
      if (projects.find(project) === undefined) return 0;
      // What arrives while it is at work is not covered, or it might never end.
      const lastRow = sql.get<[number | null]>('SELECT max(id) FROM traces')?.[0] ?? 0;
      const count = await untilDone(() => write(project, (context) => deleteUserSlice(context, userId, lastRow)));
      await cleaner.run();
      return count;
    },
    async recount({ repair }) {
      const isSmall = sql.get('SELECT 1 FROM spans LIMIT 1 OFFSET ?', smallProject) === undefined;
      const found = isSmall ? recountOf({ sql }) : await inspector.run('recountOf', nobody, []);
      if (repair) {
        for (const trace of found.wrongTraces)
          await commits.run(() => {
            ledgers.delete(trace);
            repairTrace(sql, trace);
          });
        await commits.run(() => repairSums(sql, found));
      }
      return { traces: found.traces, spans: found.spans, differences: found.differences };
    },

    async reprice({ project: only, ...request }) {
      const report = new RepriceCount(request.onProgress);
      for (const project of only === undefined ? projects.names() : [only]) {
        const id = projects.find(project);
        if (id === undefined) continue;
        const context = { ...moment(project), project: id, pricer: pricerOf(project) };
        await repriceProject(context, request, report, (work) => write(project, work));
      }
      return report.sums;
    },

    exportTraces: (project, traceIds, from) =>
      reading.run('exportTraces', project, { text: '', counts: { trace: 0, span: 0, score: 0 }, next: null }, [
        traceIds,
        from,
      ]),
    watch: (project, listener) => watchers.watch(project, listener),
    measure: async () => measure(sql, dataDir),
    searchStatus: () => search?.status(),

    async prune() {
      let pruned = 0;
      for (const project of projects.names()) {
        pruned += await untilDone(() => write(project, pruneSlice));
        await cleaner.run();
        await untilDone(() => write(project, forgetSlice));
      }
      await search?.purge();
      while (await commits.run(() => giveBackSpace(sql)));
      return pruned;
    },

    async close() {
      await Promise.all([cleaner.close(), reading.close(), inspector.close()]);
      await search?.close();
      await commits.drain();
      db.close();
    },
  };
}

const hasMoreSpansThan = (sql: Statements, trace: number, than: number): boolean =>
  sql.get('SELECT 1 FROM spans WHERE trace = ? LIMIT 1 OFFSET ?', trace, than) !== undefined;
