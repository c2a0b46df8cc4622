import {
  InvalidCursor,
  type LentBytes,
  type ListRequest,
  type ReadTraceOptions,
  SearchIsOff,
  type TraceFilter,
} from '../store.ts';
import type { Projects } from './projects.ts';
import type { ReadContext } from './read-context.ts';
import { hasMoreSpans } from './read-trace.ts';
import { ReaderPool } from './reader-pool.ts';
import { type ReadArguments, type ReadName, type ReadResult, reads } from './reads.ts';
import { hasSearchFile } from './search-file.ts';
import { followedBy } from './search-log.ts';
import type { Statements } from './statements.ts';

export interface ReadingOptions {
  readonly sql: Statements;
  readonly dataDir: string;
  readonly projects: Projects;
  /** Now, as the project's retention sees it. */
  readonly moment: (project: string) => Pick<ReadContext, 'cutoffMicros' | 'forgottenMicros'>;
  /** Up to how many traces of a project, and spans of a trace, nothing takes long. */
  readonly smallProject: number;
  readonly smallTrace: number;
}

interface Circumstances {
  readonly signal?: AbortSignal | undefined;
  readonly q?: string | undefined;
  /** Whether it is surely done within a few milliseconds. @default in a project that has little */
  readonly isQuick?: (project: number) => boolean;
}

/** Decides where a read is done: here, if it is quick; else in a thread, so that ingest does not wait for it. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #threads: ReaderPool;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#threads = new ReaderPool({ dataDir: options.dataDir });
  }

  /** Reads here, whatever it takes. A project that has never written has what is absent. */
  here<T>(project: string, absent: T, work: (context: ReadContext) => T): T {
    const id = this.#options.projects.find(project);
    return id === undefined ? absent : work(this.#contextOf(project, id));
  }

  async run<Name extends ReadName>(
    name: Name,
    project: string,
    absent: ReadResult<Name>,
    given: ReadArguments<Name>,
    { signal, q, isQuick = (id) => this.#isSmall(id) }: Circumstances = {},
  ): Promise<ReadResult<Name>> {
    const { sql, dataDir, projects } = this.#options;
    const needsSearch = q !== undefined;
    if (needsSearch && (followedBy(sql) === 'off' || !hasSearchFile(dataDir))) throw new SearchIsOff();
    const id = projects.find(project);
    if (id === undefined) return absent;
    const { sql: _, ...context } = this.#contextOf(project, id);
    if (needsSearch || !isQuick(id)) return this.#threads.run(name, context, given, { needsSearch, signal });
    const work = reads[name] as unknown as (context: ReadContext, ...given: ReadArguments<Name>) => ReadResult<Name>;
    return work({ ...context, sql }, ...given);
  }

  /** A page. A project that has never written has given out no cursor. */
  async page<Name extends 'listTraces' | 'listSessions' | 'listUsers'>(
    name: Name,
    project: string,
    absent: ReadResult<Name>,
    filter: TraceFilter,
    page: ListRequest,
    signal: AbortSignal | undefined,
  ): Promise<ReadResult<Name>> {
    if (page.cursor !== undefined && this.#options.projects.find(project) === undefined) throw new InvalidCursor();
    const isShort = name === 'listTraces' && isShortList(filter, page);
    return this.run(name, project, absent, [filter, page] as unknown as ReadArguments<Name>, {
      signal,
      q: filter.q,
      isQuick: (id) => isShort || this.#isSmall(id),
    });
  }

  /** A trace. A large one is read in a thread, whatever else there is. */
  trace(project: string, traceId: string, options: ReadTraceOptions): Promise<ReadResult<'readTrace'>> {
    const isLarge = this.#isLargeTrace(project, traceId);
    return this.run('readTrace', project, undefined, [traceId, options], { isQuick: () => !isLarge });
  }

  async traceJson(
    project: string,
    traceId: string,
    options: ReadTraceOptions,
    signal: AbortSignal | undefined,
  ): Promise<LentBytes | undefined> {
    const isLarge = this.#isLargeTrace(project, traceId);
    const given: ReadArguments<'readTraceJson'> = [traceId, options];
    const bytes = await this.run('readTraceJson', project, undefined, given, { signal, isQuick: () => !isLarge });
    return bytes && { bytes, release: () => isLarge && this.#threads.giveBack(bytes) };
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  #contextOf(name: string, id: number): ReadContext {
    const { sql, moment } = this.#options;
    const { cutoffMicros, forgottenMicros } = moment(name);
    return { sql, project: { name, id }, cutoffMicros, forgottenMicros };
  }

  #isLargeTrace(project: string, traceId: string): boolean {
    return this.here(project, false, (context) => hasMoreSpans(context, traceId, this.#options.smallTrace));
  }

  #isSmall(project: number): boolean {
    const { sql, smallProject } = this.#options;
    const more = sql.get(
      'SELECT 1 FROM traces WHERE project = ? AND state = 0 LIMIT 1 OFFSET ?',
      project,
      smallProject,
    );
    return more === undefined;
  }
}

/** A page that an index has in its order: by time, of all traces, a user's or a session's. */
const isShortList = (
  { from: _, to: __, userId, sessionId, ...others }: TraceFilter,
  { limit, sort = 'time' }: ListRequest,
): boolean =>
  limit <= 200 &&
  sort === 'time' &&
  (userId === undefined || sessionId === undefined) &&
  Object.values(others).every((value) => value === undefined);
