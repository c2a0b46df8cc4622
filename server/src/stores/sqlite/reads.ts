import { countTraces } from './counts-query.ts';
import { exportTraces } from './export.ts';
import { listSessions, listUsers, readSession } from './list-groups.ts';
import { listTraces } from './list-traces.ts';
import type { ReadContext } from './read-context.ts';
import { readTrace, readTraceJson } from './read-trace.ts';
import { recountOf } from './recount.ts';
import { withdrawalOf } from './removal.ts';
import { timeseries } from './series-query.ts';
import { stats } from './stats-query.ts';

/** What may take long, by name: run here, or in a thread with a connection of its own. */
export const reads = {
  listTraces,
  listSessions,
  listUsers,
  readSession,
  readTrace,
  readTraceJson,
  stats,
  countTraces,
  timeseries,
  exportTraces,
  recountOf,
  withdrawalOf,
} as const satisfies Record<
  string,
  // biome-ignore lint/suspicious/noExplicitAny: each is called with its own arguments; see `Read`.
  (context: ReadContext, ...given: any[]) => unknown
>;

export type ReadName = keyof typeof reads;

/** The arguments of a read after its context, and its result. */
export type ReadArguments<Name extends ReadName> =
  Parameters<(typeof reads)[Name]> extends [infer _Context, ...infer Given] ? Given : never;
export type ReadResult<Name extends ReadName> = ReturnType<(typeof reads)[Name]>;
