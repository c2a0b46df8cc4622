import type { ScoreCondition, ScoreRecord } from 'llm-tracer/schema';
import { dollarsOf } from '../../domain/cost.ts';
import type { Fields } from '../../domain/record.ts';
import { durationMs, microsOf, timeOf } from '../../domain/time.ts';
import type { TraceFilter } from '../store.ts';
import type { Summary } from './head.ts';

/** What is known of a trace from its head and its scores. */
export interface Candidate {
  readonly fields: Fields;
  readonly summary: Summary;
  readonly scores: readonly ScoreRecord[];
}

/** How long a trace took; null while it is running. */
export const durationOf = ({ startMicros, endTime }: Summary): number | null =>
  endTime === null ? null : durationMs(timeOf(startMicros), endTime);

export const costOf = ({ totals }: Summary): number => dollarsOf(totals.costNanos);

/** Whether a filter takes a trace, but for its words (`q`): those stand in payloads. */
export function takes(filter: TraceFilter, { fields, summary, scores }: Candidate): boolean {
  const { from, to, userId, sessionId, tags, name, status, model, environment, release } = filter;
  const { minDurationMs, minCost, score } = filter;
  const duration = minDurationMs === undefined ? null : durationOf(summary);
  const has = (field: string, wanted: string | undefined): boolean => wanted === undefined || fields[field] === wanted;
  return (
    (from === undefined || summary.startMicros >= microsOf(from)) &&
    (to === undefined || summary.startMicros < microsOf(to)) &&
    has('user_id', userId) &&
    has('session_id', sessionId) &&
    has('environment', environment) &&
    has('release', release) &&
    (tags === undefined || tagsOf(fields).some((tag) => tags.includes(tag))) &&
    (name === undefined || summary.name === name) &&
    (status === undefined || summary.status === status) &&
    (model === undefined || summary.totals.models.includes(model)) &&
    (minDurationMs === undefined || (duration !== null && duration >= minDurationMs)) &&
    (minCost === undefined || costOf(summary) >= minCost) &&
    (score === undefined || scores.some((given) => meets(given, score)))
  );
}

export const tagsOf = (fields: Fields): readonly string[] => (fields['tags'] as string[] | undefined) ?? [];

const decimalForm = /^-?\d+(\.\d+)?$/;

function meets({ name, value }: ScoreRecord, condition: ScoreCondition): boolean {
  if (name !== condition.name) return false;
  const { operator, operand } = condition;
  if (operator === undefined) return true;
  if (operator === '=')
    return typeof value === 'number'
      ? decimalForm.test(operand) && value === Number(operand)
      : String(value) === operand;
  if (typeof value !== 'number') return false;
  switch (operator) {
    case '>=':
      return value >= operand;
    case '<=':
      return value <= operand;
    case '>':
      return value > operand;
    case '<':
      return value < operand;
  }
}
