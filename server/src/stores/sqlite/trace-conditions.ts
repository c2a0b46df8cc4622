import type { ScoreCondition } from 'llm-tracer/schema';
import { microsOf } from '../../domain/time.ts';
import { textOf } from '../storable-text.ts';
import type { TraceFilter } from '../store.ts';
import type { ReadContext } from './read-context.ts';
import { matchOf } from './search-condition.ts';
import { documentsOfTrace, newestTraceOfDocuments, traceOfDocument } from './search-file.ts';

/** A condition on a row of `traces`, as SQL with its values. */
export interface Conditions {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
}

/**
 * Which traces a reader of the project sees, of those that the filter takes. `traces` is what the query calls the table.
 *
 * The `+` keeps the planner off the index by retention, which nearly every trace passes.
 */
export function conditionsOf(context: ReadContext, filter: TraceFilter, traces = 'traces'): Conditions {
  const { project, cutoffMicros } = context;
  const column = (name: string): string => `${traces}.${name}`;
  const conditions = [`${column('project')} = ? AND ${column('state')} = 0 AND +${column('retention_us')} > ?`];
  const values: (string | number | null)[] = [project.id, cutoffMicros];
  const add = (condition: string, ...given: (string | number | null)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (filter.from !== undefined) add(`${column('start_us')} >= ?`, microsOf(filter.from));
  if (filter.to !== undefined) add(`${column('start_us')} < ?`, microsOf(filter.to));
  if (filter.userId !== undefined) add(`${column('user_id')} = ?`, textOf(filter.userId));
  if (filter.sessionId !== undefined) add(`${column('session_id')} = ?`, textOf(filter.sessionId));
  if (filter.name !== undefined) add(`${column('name')} = ?`, textOf(filter.name));
  if (filter.status !== undefined) add(`${column('status')} = ?`, filter.status);
  if (filter.environment !== undefined) add(`${column('environment')} = ?`, textOf(filter.environment));
  if (filter.release !== undefined) add(`${column('release')} = ?`, textOf(filter.release));
  if (filter.minDurationMs !== undefined) add(`${column('duration_ms')} >= ?`, filter.minDurationMs);
  if (filter.minCost !== undefined) add(`${column('cost_usd')} >= ?`, filter.minCost);
  const addSet = ({ sql, values: given }: Conditions): void => add(sql, ...given);
  if (filter.tags !== undefined) addSet(labelCondition(context, traces, 'tag', filter.tags));
  if (filter.model !== undefined) addSet(labelCondition(context, traces, 'model', [filter.model]));
  if (filter.score !== undefined) addSet(scoreCondition(context, traces, filter.score));
  if (filter.q !== undefined) addSet(searchCondition(context, traces, filter.q));
  return { sql: conditions.join(' AND '), values };
}

/** Up to so many matches a set is read whole, instead of asking it of each trace that a scan comes by. */
const smallSet = 2_000;

/**
 * A condition that stands in a table of its own: either the set of traces that meet it, or a question to each trace. In order
 * of time a page of what is common is full after a few traces, while what is rare may be nowhere in a million; so whether
 * there are few is looked at first.
 */
function setCondition(
  { sql }: ReadContext,
  parts: { readonly from: string; readonly key: string; readonly ofTrace: string; readonly traceKey: string },
  values: readonly (string | number | null)[],
): Conditions {
  const isSmall =
    sql.get<[number]>(`SELECT count(*) FROM (SELECT 1 ${parts.from} LIMIT ${smallSet})`, ...values)?.[0] !== smallSet;
  return isSmall
    ? { sql: `${parts.traceKey} IN (SELECT ${parts.key} ${parts.from})`, values }
    : { sql: `EXISTS (SELECT 1 ${parts.from} AND ${parts.ofTrace})`, values };
}

const labelCondition = (
  context: ReadContext,
  traces: string,
  kind: 'tag' | 'model',
  labels: readonly string[],
): Conditions =>
  setCondition(
    context,
    {
      from: `FROM trace_labels WHERE trace_labels.project = ? AND kind = ? AND value IN (${labels.map(() => '?').join(', ')})`,
      key: 'trace',
      ofTrace: `trace_labels.start_us = ${traces}.start_us AND trace = ${traces}.id`,
      traceKey: `${traces}.id`,
    },
    [context.project.id, kind, ...labels.map(textOf)],
  );

/** A trace matches when a record of it does. What has no word in it is in none. */
function searchCondition(context: ReadContext, traces: string, q: string): Conditions {
  const match = matchOf(q);
  if (match === undefined) return { sql: 'FALSE', values: [] };
  const { sql, values } = setCondition(
    context,
    {
      from: 'FROM search.documents WHERE documents MATCH ?',
      key: traceOfDocument,
      ofTrace: documentsOfTrace(`${traces}.id`),
      traceKey: `${traces}.id`,
    },
    [match],
  );
  // What the index does not know yet need not be asked about, trace by trace.
  return { sql: `${traces}.id <= ${newestTraceOfDocuments} AND ${sql}`, values };
}

const decimalForm = /^-?\d+(\.\d+)?$/;

function scoreCondition(context: ReadContext, traces: string, { name, operator, operand }: ScoreCondition): Conditions {
  const values: (string | number | null)[] = [context.project.id, textOf(name)];
  let test = '';
  if (operator === '=') {
    test = 'AND (number = ? OR label = ?)';
    // Nothing equals NULL.
    values.push(decimalForm.test(operand) ? Number(operand) : null, textOf(operand));
  } else if (operator !== undefined) {
    test = `AND number ${operator} ?`;
    values.push(operand);
  }
  return setCondition(
    context,
    {
      from: `FROM scores WHERE scores.project = ? AND scores.name = ? ${test}`,
      key: 'scores.trace_id',
      ofTrace: `scores.trace_id = ${traces}.trace_id`,
      traceKey: `${traces}.trace_id`,
    },
    values,
  );
}
