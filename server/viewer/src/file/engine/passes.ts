import type { ExportQuery, ScoreCondition } from 'llm-tracer/schema';
import { microsOf } from '../../../../src/domain/time.ts';
import { resolveTimeBound } from '../../../../src/routes/time-bound.ts';
import type { FileTrace } from './file-store.ts';

/** Whether a trace passes all filters but `q`, by the rules of the server. */
export function passesOf(query: ExportQuery, nowMicros: number): (trace: FileTrace) => boolean {
  const [from, to] = [query.from, query.to].map((bound) => {
    const time = resolveTimeBound(bound, nowMicros);
    return time === undefined ? undefined : microsOf(time);
  });
  const { tags, score } = query;
  return ({ state, listed }) =>
    (from === undefined || state.startMicros >= from) &&
    (to === undefined || state.startMicros < to) &&
    is(query.user_id, listed.user_id) &&
    is(query.session_id, listed.session_id) &&
    is(query.name, listed.name) &&
    is(query.environment, listed.environment) &&
    is(query.release, listed.release) &&
    is(query.status, listed.status) &&
    (query.model === undefined || listed.models.includes(query.model)) &&
    (tags === undefined || tags.some((tag) => listed.tags.includes(tag))) &&
    (query.min_duration_ms === undefined || (listed.duration_ms ?? -1) >= query.min_duration_ms) &&
    (query.min_cost === undefined || listed.total_cost >= query.min_cost) &&
    (score === undefined || listed.scores.some((given) => given.name === score.name && meets(given.value, score)));
}

const is = (wanted: string | undefined, value: string | undefined): boolean => wanted === undefined || wanted === value;

function meets(value: number | boolean | string, condition: ScoreCondition): boolean {
  if (condition.operator === undefined) return true;
  if (condition.operator === '=')
    return typeof value === 'number' ? value === Number(condition.operand) : String(value) === condition.operand;
  if (typeof value !== 'number') return false;
  switch (condition.operator) {
    case '>=':
      return value >= condition.operand;
    case '<=':
      return value <= condition.operand;
    case '>':
      return value > condition.operand;
    case '<':
      return value < condition.operand;
  }
}
