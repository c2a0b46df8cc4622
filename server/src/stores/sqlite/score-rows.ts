import type { ScoreRecord } from 'llm-tracer/schema';
import type { Merged } from '../../domain/record.ts';
import { scoreView } from '../../domain/view.ts';
import { textOf } from '../storable-text.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
import type { ReadContext } from './read-context.ts';
import type { Statements } from './statements.ts';

/** What identifies a score: it may come before its trace, so it hangs on the trace's id, not on its row. */
export type ScoreKey = readonly [project: number, traceId: string, scoreId: string];

export function findScore(sql: Statements, key: ScoreKey): Merged | undefined {
  const found = sql.get<[string]>(
    'SELECT record FROM scores WHERE project = ? AND trace_id = ? AND score_id = ?',
    ...key,
  );
  return found && decodeRecord(found[0], null);
}

/**
 * Writes a score. What conditions ask for stands in columns: the name, and the value as a number or, of any other kind, as
 * text (`true`, a category).
 */
export function saveScore(sql: Statements, key: ScoreKey, record: Merged, receivedMicros: number): void {
  const value = record.fields['value'] as ScoreRecord['value'];
  const [number, label] = typeof value === 'number' ? [value, null] : [null, textOf(String(value))];
  sql.run(
    `INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project, trace_id, score_id)
     DO UPDATE SET name = excluded.name, number = excluded.number, label = excluded.label, record = excluded.record`,
    ...key,
    receivedMicros,
    textOf(record.fields['name'] as string),
    number,
    label,
    encodeRecord(record, new Set()).head,
  );
}

/** The scores of a trace in order of (created_at, score_id). */
export const scoresOf = (context: ReadContext, traceId: string): ScoreRecord[] =>
  scoreRecordsOf(context, traceId).map(({ view }) => view);

/** The same, each with the record that it is read from. */
export function scoreRecordsOf(
  { sql, project }: ReadContext,
  traceId: string,
): { readonly view: ScoreRecord; readonly record: Merged }[] {
  const rows = sql.all<[string, string]>(
    'SELECT score_id, record FROM scores WHERE project = ? AND trace_id = ?',
    project.id,
    traceId,
  );
  const scores = rows.map(([scoreId, text]) => {
    const record = decodeRecord(text, null);
    return { view: scoreView(traceId, scoreId, record.fields), record };
  });
  return scores.sort(({ view: a }, { view: b }) =>
    a.created_at === b.created_at ? (a.score_id < b.score_id ? -1 : 1) : a.created_at < b.created_at ? -1 : 1,
  );
}
