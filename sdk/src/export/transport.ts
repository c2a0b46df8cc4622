import type { ElementKind } from '../schema/ingest.ts';

/** One record as it waits and travels. */
export interface BatchRecord {
  readonly kind: ElementKind;
  /** Its own id: of the trace, span or score. */
  readonly id: string;
  readonly json: string;
  /** An announcement of something that is still open: what follows replaces it. */
  readonly isRunning: boolean;
}

/** Why a record will never be stored. */
export type DropReason =
  /** The queue was full: the record was among the oldest. */
  | 'queue_full'
  /** The queue was full: the record was an announcement that a later record replaces. */
  | 'running_update'
  /** The record alone is more than the server takes in one request. */
  | 'too_large'
  /** The server refused the whole request as invalid. */
  | 'refused'
  /** The server refused this record and took its neighbours. */
  | 'rejected'
  /** It ended after the tracer was closed, or still waited then. */
  | 'closed'
  /** The spool was full: the record was among the oldest there, and no longer in memory. */
  | 'spool_full'
  /** What the spool had kept of it could not be read again. */
  | 'spool_damaged';

/** How many records were dropped, by reason. */
export type DropCounts = Readonly<Partial<Record<DropReason, number>>>;

/** What is sent in one request. Sent twice, it is stored once. */
export interface Batch {
  /** Names this request; kept when it is repeated. */
  readonly id: string;
  /** How many records there are. None: the batch asks whether the server is there, or brings drop counts only. */
  readonly size: number;
  /** The records, traces first. Read them once: they are made for whoever asks. */
  readonly records: readonly BatchRecord[];
  /** All that this tracer has dropped so far; cumulative, so that a lost batch loses no count. */
  readonly dropped: DropCounts;
}

/** A record that the server will not store, and why. */
export interface Rejection {
  readonly kind: ElementKind;
  /** Its place among the records of its kind in the batch. */
  readonly index: number;
  readonly id?: string | undefined;
  readonly detail: string;
}

/** What became of a batch. */
export type SendOutcome =
  /** All is settled: stored durably, except for what is listed as rejected. */
  | { readonly kind: 'accepted'; readonly rejected: readonly Rejection[] }
  /** Nothing is known to be stored; the batch may be sent again. */
  | {
      readonly kind: 'retry';
      readonly detail: string;
      /** The server's wish, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** Trying again soon is useless: the key is wrong, or the transport is closed. */
      readonly isBlocked?: boolean | undefined;
    }
  /** None of it is stored and none of it will be. `isTooLarge`: smaller batches may be. */
  | { readonly kind: 'refused'; readonly detail: string; readonly isTooLarge: boolean };

/**
 * Carries batches to a server, one request each: when to try again is decided elsewhere.
 *
 * `send` never rejects and never outlives its deadline by more than a moment. Only `accepted` promises anything:
 * after it a record is stored durably. Batches may be sent at the same time, and arrive in any order.
 */
export interface Transport {
  /**
   * @param batch What to send. Not kept after the outcome.
   * @param deadline When to give up, as `Clock.elapsed()` tells it, in milliseconds.
   * @param signal Aborts when the outcome is no longer waited for.
   */
  send(batch: Batch, deadline: number, signal: AbortSignal): Promise<SendOutcome>;
  /** Gives up what is under way; afterwards `send` answers `retry` at once. */
  close(): void;
}
