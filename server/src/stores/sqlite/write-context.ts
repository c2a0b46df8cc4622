import type { Pricer } from '../../domain/pricing.ts';
import type { LedgerCache } from './ledger-cache.ts';
import type { SearchLog } from './search-log.ts';
import type { Statements } from './statements.ts';

/** What a write is done with: the connection, the moment, and what retention makes of it. */
export interface WriteContext {
  readonly sql: Statements;
  readonly project: number;
  readonly nowMicros: number;
  /** The latest retention start that has expired. */
  readonly cutoffMicros: number;
  /** Tombstones made at or before this have served. */
  readonly forgottenMicros: number;
  readonly pricer: Pricer;
  /** The ids of traces that the write changes, for whoever watches. */
  readonly changed: Set<string>;
  readonly ledgers: LedgerCache;
  /** Told what the write changes. */
  readonly searchLog: SearchLog;
}
