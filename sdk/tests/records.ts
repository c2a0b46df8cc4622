import type { QueuedRecord } from '../src/export/queue.ts';
import type { Batch, BatchRecord, SendOutcome, Transport } from '../src/export/transport.ts';
import { utf8Bytes } from '../src/serialize.ts';

/** A record as it waits. */
export function aRecord(overrides: Partial<QueuedRecord> = {}): QueuedRecord {
  const id = overrides.id ?? `r${overrides.sequence ?? 1}`;
  const json = overrides.json ?? JSON.stringify({ span_id: id });
  return { kind: 'span', id, json, bytes: utf8Bytes(json), isRunning: false, sequence: 1, ...overrides };
}

export const records = (count: number): QueuedRecord[] =>
  Array.from({ length: count }, (_, index) => aRecord({ sequence: index + 1 }));

export const aBatch = (items: readonly BatchRecord[] = records(2)): Batch => ({ id: 'b', records: items, dropped: {} });

/** A transport whose outcomes the test gives, and which remembers what it was sent. */
export class ScriptedTransport implements Transport {
  readonly sent: Batch[] = [];
  readonly deadlines: number[] = [];
  isClosed = false;
  readonly #outcome: (batch: Batch, attempt: number) => SendOutcome | Promise<SendOutcome>;

  constructor(outcome: (batch: Batch, attempt: number) => SendOutcome | Promise<SendOutcome> = () => accepted) {
    this.#outcome = outcome;
  }

  async send(batch: Batch, deadline: number): Promise<SendOutcome> {
    this.sent.push(batch);
    this.deadlines.push(deadline);
    return this.#outcome(batch, this.sent.length);
  }

  close(): void {
    this.isClosed = true;
  }
}

export const accepted: SendOutcome = { kind: 'accepted', rejected: [] };
export const retryOf = (batch: Batch, more: { retryAfterMs?: number; isBlocked?: boolean } = {}): SendOutcome => ({
  kind: 'retry',
  pending: batch.records,
  rejected: [],
  detail: 'the server answered 503: busy',
  ...more,
});
export const tooLarge: SendOutcome = { kind: 'refused', detail: 'too large', isTooLarge: true };
export const invalid: SendOutcome = { kind: 'refused', detail: 'invalid', isTooLarge: false };
