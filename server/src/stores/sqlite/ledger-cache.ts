import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Statements } from './statements.ts';
import type { TraceVersion } from './trace-rows.ts';

/** A trace's ledger and what was computed from it, as the last write left them. */
export interface CachedLedger {
  readonly entries: Map<string, LedgerEntry>;
  readonly version: TraceVersion;
}

// Some 300 bytes each.
const mostEntries = 200_000;

/**
 * The ledgers of large traces that were written last. Each batch for a trace needs its whole ledger; of an agent that has
 * made 100,000 spans, reading it anew would take half a second a batch.
 *
 * It holds what this connection committed: it is emptied when a transaction is rolled back, and when another process has
 * written.
 */
export class LedgerCache {
  readonly #sql: Statements;
  readonly #smallTrace: number;
  readonly #ledgers = new Map<number, CachedLedger>();
  #entries = 0;
  #dataVersion: number | undefined;

  /** Ledgers of up to `smallTrace` spans are not kept: reading them anew takes little. */
  constructor(sql: Statements, smallTrace: number) {
    this.#sql = sql;
    this.#smallTrace = smallTrace;
  }

  /** To be called in each write before anything is read. */
  validate(): void {
    const version = this.#sql.get<[number]>('PRAGMA data_version')?.[0];
    if (version !== this.#dataVersion) this.clear();
    this.#dataVersion = version;
  }

  get(trace: number): CachedLedger | undefined {
    return this.#ledgers.get(trace);
  }

  set(trace: number, ledger: CachedLedger): void {
    this.delete(trace);
    if (ledger.entries.size <= this.#smallTrace) return;
    this.#ledgers.set(trace, ledger);
    this.#entries += ledger.entries.size;
    for (const [oldest] of this.#ledgers) {
      if (this.#entries <= mostEntries) return;
      this.delete(oldest);
    }
  }

  delete(trace: number): void {
    const found = this.#ledgers.get(trace);
    if (found === undefined) return;
    this.#ledgers.delete(trace);
    // The map may have grown since: counted is what it was when it was kept.
    this.#entries -= found.version.entries.length;
  }

  clear(): void {
    this.#ledgers.clear();
    this.#entries = 0;
  }
}
