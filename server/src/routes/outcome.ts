import { maxSpansPerTrace, type Outcome } from '../stores/store.ts';

/** What became of a record that was not stored, as its sender is told. */
export interface Refusal {
  readonly status: 409 | 422;
  readonly detail: string;
}

/** Why a record was not stored; undefined if it was, or if its deleted trace swallowed it. */
export function refusalOf(outcome: Outcome, retentionDays: number): Refusal | undefined {
  switch (outcome) {
    case 'stored':
    case 'swallowed':
      return undefined;
    case 'expired':
      return {
        status: 422,
        detail: `start_time: it, or its trace's, is past RETENTION_DAYS (${retentionDays}); what has expired is not stored`,
      };
    case 'future':
      return { status: 422, detail: 'start_time: more than 24 hours in the future; check the clock' };
    case 'conflict':
      return { status: 409, detail: 'span_id: a span with this id stands under another trace of the project' };
    case 'full':
      return { status: 409, detail: `trace_id: the trace has ${maxSpansPerTrace} spans, and more are not stored` };
  }
}
