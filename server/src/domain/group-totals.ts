import type { SessionSummary, UserSummary } from 'llm-tracer/schema';
import { dollarsOf } from './cost.ts';
import { ExactSum } from './exact-sum.ts';
import { microsOf, timeOf } from './time.ts';
import type { Totals } from './totals.ts';

/** A trace as the totals of a session or user count it. */
export interface GroupedTrace {
  readonly startMicros: number;
  /** Canonical; null while it is running. */
  readonly endTime: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly totals: Totals;
}

/** Sums over the traces of one session or user. One at a time: a user may have a million. */
export class GroupTotals {
  readonly #users = new Set<string>();
  readonly #sessions = new Set<string>();
  readonly #tokensInput = new ExactSum();
  readonly #tokensOutput = new ExactSum();
  readonly #cost = new ExactSum();
  #traces = 0;
  #spans = 0;
  #errors = 0;
  #unpriced = 0;
  #firstMicros = Number.POSITIVE_INFINITY;
  #lastMicros = Number.NEGATIVE_INFINITY;
  #endMicros = Number.NEGATIVE_INFINITY;

  add({ totals, startMicros, endTime, userId, sessionId }: GroupedTrace): void {
    if (userId !== null) this.#users.add(userId);
    if (sessionId !== null) this.#sessions.add(sessionId);
    this.#tokensInput.add(totals.tokensInput);
    this.#tokensOutput.add(totals.tokensOutput);
    this.#cost.addBig(totals.costNanos);
    this.#traces += 1;
    this.#spans += totals.spanCount;
    this.#errors += totals.errorCount;
    this.#unpriced += totals.unpricedCount;
    this.#firstMicros = Math.min(this.#firstMicros, startMicros);
    this.#lastMicros = Math.max(this.#lastMicros, startMicros);
    this.#endMicros = Math.max(this.#endMicros, endTime === null ? startMicros : microsOf(endTime));
  }

  get isEmpty(): boolean {
    return this.#traces === 0;
  }

  /** As those of a session. At least one trace was added; so it is for {@link ofUser}. */
  ofSession(sessionId: string): SessionSummary {
    return {
      session_id: sessionId,
      user_ids: [...this.#users].sort(),
      ...this.#sums(),
      duration_ms: Math.max(0, this.#endMicros - this.#firstMicros) / 1000,
    };
  }

  ofUser(userId: string): UserSummary {
    return { user_id: userId, session_count: this.#sessions.size, ...this.#sums() };
  }

  #sums(): Omit<UserSummary, 'user_id' | 'session_count'> {
    return {
      trace_count: this.#traces,
      span_count: this.#spans,
      error_count: this.#errors,
      tokens_input: this.#tokensInput.number,
      tokens_output: this.#tokensOutput.number,
      total_cost: dollarsOf(this.#cost.value),
      unpriced_count: this.#unpriced,
      first_time: timeOf(this.#firstMicros),
      last_time: timeOf(this.#lastMicros),
    };
  }
}
