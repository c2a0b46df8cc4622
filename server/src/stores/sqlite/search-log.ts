import type { Statements } from './statements.ts';

/**
 * What has changed since the search index last looked: a row for each write, in the write's own transaction, so that nothing
 * that was acknowledged is ever missed. The index remembers how far it has read; what it has read is removed.
 */
export interface LogEntry {
  readonly trace: number;
  /** The numbers of the records that were written; undefined when the trace was removed. */
  readonly records: readonly number[] | undefined;
}

/** Collects what one write changes. */
export class SearchLog {
  readonly #entries: LogEntry[] = [];

  written(trace: number, records: readonly number[]): void {
    if (records.length > 0) this.#entries.push({ trace, records });
  }

  removed(trace: number): void {
    this.#entries.push({ trace, records: undefined });
  }

  /** Writes the row, if anything follows the log; its number. */
  save(sql: Statements, nowMicros: number): number | undefined {
    if (this.#entries.length === 0 || followedBy(sql) === 'off') return undefined;
    const changes = this.#entries.map(({ trace, records }) => [trace, ...(records ?? [])]);
    return sql.run('INSERT INTO search_log (written_us, changes) VALUES (?, ?)', nowMicros, JSON.stringify(changes)).id;
  }
}

export type LogRow = [seq: number, writtenMicros: number, changes: string];

/** The entries of a row. A trace without numbers was removed. */
export const entriesOf = (changes: string): LogEntry[] =>
  (JSON.parse(changes) as [number, ...number[]][]).map(([trace, ...records]) => ({
    trace,
    records: records.length === 0 ? undefined : records,
  }));

/** Which index the data is followed by; kept in the data, for not every process that writes it has an index. */
export const followedBy = (sql: Statements): string =>
  sql.get<[string]>('SELECT search_index FROM identity')?.[0] ?? 'off';

/** Says which index follows from now on. Without one nothing is logged. */
export function follow(sql: Statements, index: string): void {
  sql.run('UPDATE identity SET search_index = ?', index);
  if (index === 'off') sql.run('DELETE FROM search_log');
}

export function forgetLog(sql: Statements, until: number): void {
  sql.run('DELETE FROM search_log WHERE seq <= ?', until);
}
