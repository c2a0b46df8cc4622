import type { Batch, BatchRecord, Rejection, SendOutcome, Transport } from './transport.ts';

/** When to try again. */
export interface RetryingOptions {
  readonly elapsed: () => number;
  /**
   * Upper bound of the first wait, in milliseconds; doubled with each further one.
   * @default 250
   */
  readonly baseDelayMs?: number;
  /**
   * Upper bound of every wait, in milliseconds, unless the server asks for more.
   * @default 5000
   */
  readonly maxDelayMs?: number;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/**
 * A transport around a transport that tries again until the deadline: waits of full jitter, at least as long as the
 * server asks for, and halves of what is too large.
 */
export class RetryingTransport implements Transport {
  readonly #inner: Transport;
  readonly #elapsed: () => number;
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #random: () => number;
  readonly #wakers = new Set<() => void>();
  #isClosed = false;

  constructor(
    inner: Transport,
    { elapsed, baseDelayMs = 250, maxDelayMs = 5000, random = Math.random }: RetryingOptions,
  ) {
    this.#inner = inner;
    this.#elapsed = elapsed;
    this.#baseDelayMs = baseDelayMs;
    this.#maxDelayMs = maxDelayMs;
    this.#random = random;
  }

  async send(batch: Batch, deadline: number): Promise<SendOutcome> {
    let remaining = batch;
    let rejected: readonly Rejection[] = [];
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#once(remaining, deadline);
      if (outcome.kind === 'refused') return refusedOf(remaining, outcome, rejected);
      rejected = [...rejected, ...outcome.rejected];
      if (outcome.kind === 'accepted') return { ...outcome, rejected };

      // Full jitter: a fleet that failed together does not come back together.
      const jittered = this.#random() * Math.min(this.#maxDelayMs, this.#baseDelayMs * 2 ** attempt);
      const delayMs = Math.max(jittered, outcome.retryAfterMs ?? 0);
      const isHopeless = outcome.isBlocked === true || this.#elapsed() + delayMs >= deadline;
      if (isHopeless || this.#isClosed) return { ...outcome, rejected };
      remaining = { ...remaining, records: outcome.pending };
      await this.#sleep(delayMs);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const wake of this.#wakers) wake();
    this.#inner.close();
  }

  /** One attempt. Halves are sent one after the other: what was too large was a burden already. */
  async #once(batch: Batch, deadline: number): Promise<SendOutcome> {
    const outcome = await this.#inner.send(batch, deadline);
    if (outcome.kind !== 'refused' || !outcome.isTooLarge || batch.records.length < 2) return outcome;

    const middle = Math.ceil(batch.records.length / 2);
    // Their own names: under one, a server would be right to take the second for a repetition of the first.
    const first = { ...batch, id: `${batch.id}.1`, records: batch.records.slice(0, middle) };
    const second = { ...batch, id: `${batch.id}.2`, records: batch.records.slice(middle) };
    return bothOf(first, await this.#once(first, deadline), second, await this.#once(second, deadline));
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      // A browser's timer is a number, and keeps nothing alive.
      (timer as { unref?: () => void }).unref?.();
      this.#wakers.add(wake);
    });
  }
}

type Refused = Extract<SendOutcome, { kind: 'refused' }>;

const rejectionsOf = (records: readonly BatchRecord[], { detail, isTooLarge }: Refused): Rejection[] =>
  records.map((record) => ({ record, reason: isTooLarge ? 'too_large' : 'refused', detail }));

/** A refusal after part of the batch was settled earlier is a settled batch with rejections. */
const refusedOf = (batch: Batch, outcome: Refused, earlier: readonly Rejection[]): SendOutcome => ({
  kind: 'accepted',
  rejected: [...earlier, ...rejectionsOf(batch.records, outcome)],
});

function bothOf(first: Batch, a: SendOutcome, second: Batch, b: SendOutcome): SendOutcome {
  const settled = (batch: Batch, outcome: SendOutcome): Exclude<SendOutcome, Refused> =>
    outcome.kind === 'refused' ? { kind: 'accepted', rejected: rejectionsOf(batch.records, outcome) } : outcome;
  const [one, two] = [settled(first, a), settled(second, b)];
  const rejected = [...one.rejected, ...two.rejected];
  if (one.kind === 'accepted' && two.kind === 'accepted') return { kind: 'accepted', rejected };

  const [last, other] = two.kind === 'retry' ? [two, one] : [one as Extract<SendOutcome, { kind: 'retry' }>, two];
  const pending = [...(other.kind === 'retry' ? other.pending : []), ...last.pending];
  return { ...last, pending, rejected };
}
