import { ledgerEntry } from '../../domain/ledger.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import type { RecountReport } from '../store.ts';
import { decodeRecord, encodeEntry, encodeSummary, ledgerColumns } from './codec.ts';
import { addRollups, storedRollups } from './rollup-rows.ts';
import { SegmentReader } from './segments.ts';
import { readContents } from './span-rows.ts';
import type { Statements } from './statements.ts';
import { ledgerOf, saveTrace, shareOf, versionOf } from './trace-rows.ts';

type TraceRow = [
  id: number,
  project: number,
  traceId: string,
  retentionMicros: number,
  summary: string,
  record: string | null,
];

/**
 * Recomputes ledgers, trace totals and hourly sums from the spans' own records, and says where what is stored differs. With
 * `repair` it sets them right, inside the caller's transaction.
 */
export function recount(sql: Statements, repair: boolean): RecountReport {
  const differences: string[] = [];
  const sheets = new Map<number, RollupSheet>();
  let [traces, spans] = [0, 0];

  for (const [id, project, traceId, retentionMicros, summary, record] of sql.all<TraceRow>(
    'SELECT id, project, trace_id, retention_us, summary, record FROM traces WHERE state = 0',
  )) {
    traces += 1;
    const entries = readContents(
      sql,
      new SegmentReader(sql),
      { payloads: false, where: 'WHERE spans.trace = ?' },
      id,
    ).map(({ spanId, record: span, price }) => ledgerEntry(spanId, span.fields, price));
    spans += entries.length;
    const stored = new Map(ledgerOf(sql, id).map((entry) => [entry.spanId, JSON.stringify(entry)]));
    for (const entry of entries) {
      if (stored.get(entry.spanId) === JSON.stringify(entry)) continue;
      differences.push(`trace ${traceId}: the ledger entry of span ${entry.spanId} differs from the span`);
      if (repair)
        sql.run(
          `UPDATE spans SET (${ledgerColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE project = ? AND span_id = ?`,
          ...encodeEntry(entry),
          project,
          entry.spanId,
        );
    }
    const version = versionOf(record === null ? undefined : decodeRecord(record, null), entries, retentionMicros);
    if (version === undefined) {
      differences.push(`trace ${traceId} has neither a record nor spans`);
      if (repair) sql.run('DELETE FROM traces WHERE id = ?', id);
      continue;
    }
    if (summary !== encodeSummary(version.state)) {
      differences.push(
        `trace ${traceId}: stored totals ${summary} differ from the recount ${encodeSummary(version.state)}`,
      );
      if (repair)
        saveTrace(
          sql,
          { id, project, traceId, hasPayload: false, segment: undefined },
          version,
          version,
          new RollupSheet(),
        );
    }
    const sheet = sheets.get(project) ?? new RollupSheet();
    sheets.set(project, sheet);
    sheet.putIn(shareOf(version));
  }

  differences.push(...compareRollups(sql, sheets, repair));
  return { traces, spans, differences };
}

/** Says which hourly sums differ from those on the sheets; with `repair` adds what is missing. */
function compareRollups(sql: Statements, sheets: ReadonlyMap<number, RollupSheet>, repair: boolean): string[] {
  const differences: string[] = [];
  const projects = sql.all<[number, string]>('SELECT id, name FROM projects');
  for (const [project, name] of projects) {
    const sheet = sheets.get(project) ?? new RollupSheet();
    for (const stored of storedRollups(sql, project)) sheet.addRollup(stored, -1);
    const missing = sheet.changes();
    for (const { key } of missing) differences.push(`project ${name}: the sums of ${JSON.stringify(key)} differ`);
    if (repair) addRollups(sql, project, missing);
  }
  return differences;
}
