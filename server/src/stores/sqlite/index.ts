import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Pricer } from '../../domain/pricing.ts';
import { retentionCutoff, tombstoneMicros } from '../../domain/retention.ts';
import { InvalidCursor, type PageRequest, type Store, type StoreOptions } from '../store.ts';
import { Watchers } from '../watchers.ts';
import { commitQueue } from './commit-queue.ts';
import { completeSpan, completeTrace } from './completion.ts';
import { exportTraces } from './export.ts';
import { ingest } from './ingest.ts';
import { listSessions, listUsers, readSession } from './list-groups.ts';
import { listTraces } from './list-traces.ts';
import { measure } from './measure.ts';
import { Projects } from './projects.ts';
import type { ReadContext } from './read-context.ts';
import { readSpan, readTrace, traceStateOf } from './read-trace.ts';
import { recount } from './recount.ts';
import { deleteTrace, deleteUserSlice, forgetOld, pruneSlice } from './removal.ts';
import { migrate } from './schema.ts';
import { SearchLog } from './search-log.ts';
import { timeseries } from './series-query.ts';
import { inSlices } from './slices.ts';
import { Statements } from './statements.ts';
import { emptyStats, stats } from './stats-query.ts';
import type { WriteContext } from './write-context.ts';

export interface SqliteStoreOptions extends StoreOptions {
  /** The folder of the data file. Made if it does not exist. */
  readonly dataDir: string;
  /**
   * `FULL`: every acknowledged write survives a power cut. `NORMAL`: it survives the process being killed, but a power cut
   * may take the last moments; the file stays sound. @default 'FULL'
   */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** What calls cost for which the client reported no cost. @default nothing is priced */
  readonly pricer?: Pricer;
}

/** The name of the data file in its folder. */
const dataFileName = 'llm-tracer.db';

// One slice of removals holds the event loop for some 10 ms.
const tracesPerSlice = 50;

/** Opens the embedded store: one file, one writer, a transaction for what arrives together. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock, retentionDays, synchronous = 'FULL', pricer = () => undefined } = options;
  const { retentionDaysOf = () => retentionDays } = options;
  const db = openDatabase(options.dataDir, synchronous);
  const sql = new Statements(db);
  const projects = new Projects(sql);
  const watchers = new Watchers();
  const commits = commitQueue(db, () => projects.forget());

  /** Now, and what the project's retention makes of it. */
  const moment = (project: string) => {
    const nowMicros = clock();
    const days = retentionDaysOf(project);
    const cutoffMicros = retentionCutoff(nowMicros, days);
    return { sql, nowMicros, cutoffMicros, forgottenMicros: nowMicros - tombstoneMicros(days), pricer };
  };
  const write = async <T>(project: string, work: (context: WriteContext) => T): Promise<T> => {
    const changed = new Set<string>();
    const result = await commits.run(() => {
      // Work whose group failed runs again, from nothing.
      changed.clear();
      const searchLog = new SearchLog();
      const context = { ...moment(project), project: projects.findOrAdd(project), searchLog, changed };
      const result = work(context);
      searchLog.save(sql, context.nowMicros);
      return result;
    });
    watchers.tell(project, changed);
    return result;
  };
  const read = async <T>(project: string, absent: T, work: (context: ReadContext) => T): Promise<T> => {
    const id = projects.find(project);
    return id === undefined ? absent : work({ ...moment(project), project: { name: project, id } });
  };
  /** A project that has never written has given out no cursor. */
  const readPage = async <T>(
    project: string,
    { cursor }: PageRequest,
    absent: T,
    work: (context: ReadContext) => T,
  ): Promise<T> => {
    if (cursor !== undefined && projects.find(project) === undefined) throw new InvalidCursor();
    return read(project, absent, work);
  };
  /** A write that needs something stored before: a project that has never written has nothing. */
  const change = async (project: string, work: (context: WriteContext) => boolean): Promise<boolean> =>
    projects.find(project) === undefined ? false : write(project, work);

  return {
    kind: 'sqlite',
    ingest: (project, batch) => write(project, (context) => ingest(context, batch)),
    traceState: (project, traceId) => read(project, 'unknown', (context) => traceStateOf(context, traceId)),
    completeSpan: (project, spanId, fields) => change(project, (context) => completeSpan(context, spanId, fields)),
    completeTrace: (project, traceId, fields) => change(project, (context) => completeTrace(context, traceId, fields)),
    readTrace: (project, traceId, given) => read(project, undefined, (context) => readTrace(context, traceId, given)),
    readSpan: (project, spanId) => read(project, undefined, (context) => readSpan(context, spanId)),
    listTraces: (project, filter, page) =>
      readPage(project, page, { traces: [], nextCursor: null }, (context) => listTraces(context, filter, page)),
    listSessions: (project, filter, page) =>
      readPage(project, page, { sessions: [], nextCursor: null }, (context) => listSessions(context, filter, page)),
    listUsers: (project, filter, page) =>
      readPage(project, page, { users: [], nextCursor: null }, (context) => listUsers(context, filter, page)),
    readSession: (project, sessionId, page) =>
      read(project, undefined, (context) => readSession(context, sessionId, page)),
    stats: (project) => read(project, emptyStats(), stats),
    timeseries: (project, filter, query) => read(project, [], (context) => timeseries(context, filter, query)),
    deleteTrace: (project, traceId) => change(project, (context) => deleteTrace(context, traceId)),
    async deleteUser(project, userId) {
      if (projects.find(project) === undefined) return 0;
      // What arrives while it is at work is not covered, or it might never end.
      const lastRow = sql.get<[number | null]>('SELECT max(id) FROM traces')?.[0] ?? 0;
      return inSlices(tracesPerSlice, (limit) =>
        write(project, (context) => deleteUserSlice(context, userId, lastRow, limit)),
      );
    },
    recount: ({ repair }) => commits.run(() => recount(sql, repair)),

    exportTraces: (project, traceIds, from) =>
      read(project, { text: '', counts: { trace: 0, span: 0, score: 0 }, next: null }, (context) =>
        exportTraces(context, traceIds, from),
      ),
    watch: (project, listener) => watchers.watch(project, listener),
    measure: async () => measure(sql, options.dataDir),

    async prune() {
      let pruned = 0;
      for (const project of projects.names()) {
        pruned += await inSlices(tracesPerSlice, (limit) => write(project, (context) => pruneSlice(context, limit)));
        await write(project, forgetOld);
      }
      return pruned;
    },

    async close() {
      await commits.drain();
      db.close();
    },
  };
}

function openDatabase(dataDir: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(join(dataDir, dataFileName), { timeout: 5_000 });
  // Before the first table, or it has no effect: what is removed is given back while serving (space.ts).
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${synchronous}`);
  // What is deleted is overwritten: a page that is merely free would keep somebody's prompts in the file.
  db.exec('PRAGMA secure_delete = ON');
  // Readers and the indexes' hot pages; the default of 2 MB makes random span ids read the file.
  db.exec('PRAGMA cache_size = -65536');
  // 64 MB: indexes of random ids dirty the same pages again and again, which a longer log copies back less often.
  db.exec('PRAGMA wal_autocheckpoint = 16000');
  db.exec('PRAGMA temp_store = MEMORY');
  migrate(db);
  return db;
}
