import type { ElementKind } from '../schema/ingest.ts';

/** One record as it waits and travels: JSON text, made once. */
export interface BatchRecord {
  readonly kind: ElementKind;
  /** Its own id: of the trace, span or score. */
  readonly id: string;
  readonly json: string;
  /** Bytes of `json` in UTF-8. */
  readonly bytes: number;
  /** An announcement of something that is still open: what follows replaces it. */
  readonly isRunning: boolean;
}

/** Why a record will never be stored. */
export type DropReason =
  /** The queue was full: the record was the oldest. */
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
  | 'closed';

/** How many records were dropped, by reason. */
export type DropCounts = Readonly<Partial<Record<DropReason, number>>>;

/** What is sent in one request. Sent twice, it is stored once. */
export interface Batch {
  /** Names this request; kept when it is repeated. */
  readonly id: string;
  readonly records: readonly BatchRecord[];
  /** All that this tracer has dropped so far; cumulative, so that a lost batch loses no count. */
  readonly dropped: DropCounts;
}

/** A record that the server will not store, and why. */
export interface Rejection {
  readonly record: BatchRecord;
  readonly reason: DropReason;
  readonly detail: string;
}

/** What became of a batch. */
export type SendOutcome =
  /** All is settled: stored durably, except for what is listed as rejected. */
  | { readonly kind: 'accepted'; readonly rejected: readonly Rejection[] }
  /** `pending` is unsettled and may be sent again. The other records are stored, except for `rejected`. */
  | {
      readonly kind: 'retry';
      readonly pending: readonly BatchRecord[];
      readonly rejected: readonly Rejection[];
      readonly detail: string;
      /** The server's wish, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** Trying again soon is useless: the key is wrong, or the transport is closed. */
      readonly isBlocked?: boolean;
    }
  /** None of it is stored and none of it will be. `isTooLarge`: smaller batches may be. */
  | { readonly kind: 'refused'; readonly detail: string; readonly isTooLarge: boolean };

/**
 * Carries batches to a server.
 *
 * `send` never rejects and never outlives its deadline by more than a moment. Only `accepted` promises anything:
 * after it a record is stored durably. Batches may be sent at the same time, and arrive in any order.
 */
export interface Transport {
  /**
   * @param batch What to send. Not changed, and not kept after the outcome.
   * @param deadline When to give up, as `Clock.elapsed()` tells it, in milliseconds.
   */
  send(batch: Batch, deadline: number): Promise<SendOutcome>;
  /** Gives up what is under way; afterwards `send` answers `retry` at once. */
  close(): void;
}
