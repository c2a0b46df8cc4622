import { Block, type Sender, SpareMemory } from '../src/export/block.ts';
import type { Batch, BatchRecord, SendOutcome, Transport } from '../src/export/transport.ts';

export const sender: Sender = { name: 'llm-tracer', version: '0.0.0', instance: 'i1' };

/** A record as it waits. */
export function aRecord(overrides: Partial<BatchRecord> = {}): BatchRecord {
  const { kind = 'span', id = 'r1' } = overrides;
  return { kind, id, json: JSON.stringify({ [`${kind}_id`]: id }), isRunning: false, ...overrides };
}

export const records = (count: number): BatchRecord[] =>
  Array.from({ length: count }, (_, index) => aRecord({ id: `r${index + 1}` }));

/** A completed block with these records. */
export function aBlock(items: readonly BatchRecord[] = records(2), dropped: Batch['dropped'] = {}): Block {
  const block = anOpenBlock(1);
  for (const { kind, json, isRunning } of items) block.add(kind, json, isRunning);
  block.complete(sender, dropped);
  return block;
}

export const anOpenBlock = (firstSequence: number): Block => new Block('b', firstSequence, new SpareMemory());

/** What a transport was sent, as it was then. */
export interface Sent extends Batch {
  readonly at: number;
}

/** A transport whose outcomes the test gives, and which remembers what it was sent. */
export class ScriptedTransport implements Transport {
  readonly sent: Sent[] = [];
  isClosed = false;
  readonly #outcome: (batch: Sent, attempt: number, signal: AbortSignal) => SendOutcome | Promise<SendOutcome>;

  constructor(
    outcome: (batch: Sent, attempt: number, signal: AbortSignal) => SendOutcome | Promise<SendOutcome> = () => accepted,
  ) {
    this.#outcome = outcome;
  }

  async send({ id, size, records, dropped }: Batch, _deadline: number, signal: AbortSignal): Promise<SendOutcome> {
    const sent = { id, size, records, dropped, at: performance.now() };
    this.sent.push(sent);
    return this.#outcome(sent, this.sent.length, signal);
  }

  close(): void {
    this.isClosed = true;
  }
}

export const accepted: SendOutcome = { kind: 'accepted', rejected: [] };
export const unavailable = (more: { retryAfterMs?: number; isBlocked?: boolean } = {}): SendOutcome => ({
  kind: 'retry',
  detail: 'the server answered 503: busy',
  ...more,
});
export const tooLarge: SendOutcome = { kind: 'refused', detail: 'too large', isTooLarge: true };
export const invalid: SendOutcome = { kind: 'refused', detail: 'invalid', isTooLarge: false };
