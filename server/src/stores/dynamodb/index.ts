import type { SearchDepth } from '../../domain/search-text.ts';
import { RepriceCount } from '../reprice-count.ts';
import type { Store, StoreOptions } from '../store.ts';
import type { Aws } from './aws.ts';
import { completeSpan, completeTrace } from './completion.ts';
import { inParallel } from './concurrency.ts';
import { Contents } from './contents.ts';
import { Database } from './database.ts';
import { saveDropped } from './dropped.ts';
import { exportTraces } from './export.ts';
import { Heads } from './heads.ts';
import { listSessions, listUsers, readSession } from './list-groups.ts';
import { listTraces } from './list-traces.ts';
import { measuring } from './measure.ts';
import { momentOf } from './moment.ts';
import { operationsOf } from './operations.ts';
import { Projects } from './projects.ts';
import type { ReadContext } from './read-context.ts';
import { readSpan, readTrace, traceStateOf } from './read-trace.ts';
import { recount } from './recount.ts';
import { deleteTrace, deleteUser, pruneStubs, pruneTraces } from './removal.ts';
import { repriceProject } from './reprice.ts';
import { countTraces, timeseries } from './series.ts';
import { stats } from './stats.ts';
import { Shards } from './sums.ts';
import type { TableNames } from './tables.ts';
import { Turns } from './turns.ts';
import { Watching } from './watching.ts';
import { write } from './write.ts';

export interface DynamodbStoreOptions extends StoreOptions {
  readonly aws: Aws;
  readonly tables: TableNames;
  /** Where large payloads go. */
  readonly payloadBucket: string;
  /** What `q` finds; there is no index, so the deeper the more is read. @default 'heads' */
  readonly searchDepth?: SearchDepth | 'off';
  /** How long a write is tried again before the client is told to. @default 8,000 */
  readonly deadlineMs?: number;
  /** How many traces a list, a search or a series reads in one call at the most. @default 5,000 */
  readonly scanLimit?: number;
}

/** Opens the cloud store: two tables and a bucket, shared by any number of processes. What is not there yet is met at the first call. */
export function openDynamodbStore(options: DynamodbStoreOptions): Store {
  const { aws, tables, clock, retentionDays, retentionDaysOf = () => retentionDays } = options;
  const { pricerOf = () => () => undefined, searchDepth = 'heads', deadlineMs = 8_000, scanLimit = 5_000 } = options;
  const database = new Database(aws, tables);
  const contents = new Contents(aws, database, options.payloadBucket);
  const projects = new Projects(database);
  const underWay = new Set<Promise<unknown>>();
  const base: Omit<ReadContext, 'changed'> = {
    database,
    contents,
    heads: new Heads(database, contents),
    shards: new Shards(),
    turns: new Turns(),
    pricerOf,
    moment: (project) => momentOf(clock(), retentionDaysOf(project)),
    deadlineMs,
    searchDepth,
    scanLimit,
  };
  const watching = new Watching(base);
  const context: ReadContext = { ...base, changed: (project, traceId) => watching.changed(project, traceId) };

  /** Work that `close` waits for. */
  const during = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    const end = () => underWay.delete(work);
    work.then(end, end);
    return work;
  };

  return {
    kind: 'dynamodb',
    ingest: (project, batch) =>
      during(
        (async () => {
          await projects.add(project);
          const [outcomes] = await Promise.all([
            write(context, project, operationsOf(batch)),
            batch.dropped && saveDropped(context, project, batch.dropped),
          ]);
          const [traces, spans] = [batch.traces.length, batch.traces.length + batch.spans.length];
          return {
            traces: outcomes.slice(0, traces),
            spans: outcomes.slice(traces, spans),
            scores: outcomes.slice(spans),
          };
        })(),
      ),
    traceState: (project, traceId) => during(traceStateOf(context, project, traceId)),
    completeSpan: (project, spanId, fields) => during(completeSpan(context, project, spanId, fields)),
    completeTrace: (project, traceId, fields) => during(completeTrace(context, project, traceId, fields)),
    readTrace: (project, traceId, given) => during(readTrace(context, project, traceId, given)),
    // A trace is read in a few requests, which nothing stops: `signal` is for what goes on and on.
    readTraceJson: (project, traceId, given) =>
      during(
        readTrace(context, project, traceId, given).then(
          (answer) => answer && { bytes: new TextEncoder().encode(JSON.stringify(answer)), release: () => {} },
        ),
      ),
    readSpan: (project, spanId) => during(readSpan(context, project, spanId)),
    listTraces: (project, filter, page, signal) => during(listTraces({ ...context, signal }, project, filter, page)),
    listSessions: (project, filter, page, signal) =>
      during(listSessions({ ...context, signal }, project, filter, page)),
    listUsers: (project, filter, page, signal) => during(listUsers({ ...context, signal }, project, filter, page)),
    readSession: (project, sessionId, page, signal) =>
      during(readSession({ ...context, signal }, project, sessionId, page)),
    stats: (project) => during(stats(context, project)),
    countTraces: (project, filter, bucket, signal) =>
      during(countTraces({ ...context, signal }, project, filter, bucket)),
    timeseries: (project, filter, query, signal) => during(timeseries({ ...context, signal }, project, filter, query)),
    deleteTrace: (project, traceId) => during(deleteTrace(context, project, traceId)),
    deleteUser: (project, userId) => during(deleteUser(context, project, userId)),
    recount: ({ repair }) => during(recount(context, projects, repair)),
    reprice: ({ project: only, ...request }) =>
      during(
        (async () => {
          const report = new RepriceCount(request.onProgress);
          for (const project of only === undefined ? await projects.names() : [only])
            await repriceProject(context, project, request, report);
          return report.sums;
        })(),
      ),
    exportTraces: (project, traceIds, from) => during(exportTraces(context, project, traceIds, from)),
    watch: (project, listener) => watching.watch(project, listener),
    measure: measuring(context, projects),
    // What is stored is found at once, as there is no index.
    searchStatus: () => undefined,
    prune: () =>
      during(
        (async () => {
          let pruned = 0;
          await inParallel(await projects.names(), async (project) => {
            const count = await pruneTraces(context, project);
            pruned += count;
            await pruneStubs(context, project);
          });
          return pruned;
        })(),
      ),
    async close() {
      watching.close();
      await Promise.allSettled([...underWay]);
      await aws.close();
    },
  };
}
