import { ledgerEntry } from '../../domain/ledger.ts';
import { type Rollup, RollupSheet } from '../../domain/rollup.ts';
import { stringOf } from '../storable-text.ts';
import { decodeRecord, encodeEntry, encodeSummary, ledgerColumns } from './codec.ts';
import type { ReadContext } from './read-context.ts';
import { addRollups, storedRollups } from './rollup-rows.ts';
import { SegmentReader } from './segments.ts';
import { readContents } from './span-rows.ts';
import type { Statements } from './statements.ts';
import { ledgerOf, saveTrace, shareOf, type TraceVersion, versionOf } from './trace-rows.ts';

/** What a recount found, and what would set it right. */
export interface Recount {
  readonly traces: number;
  readonly spans: number;
  readonly differences: readonly string[];
  readonly wrongTraces: readonly number[];
  /** What is missing from each project's sums. Being differences, they can be added whatever was written since. */
  readonly wrongSums: readonly { readonly project: number; readonly missing: readonly Rollup[] }[];
}

/** A trace's row; its retention start stands elsewhere while it is being removed. */
type TraceRow = [
  id: number,
  project: number,
  traceId: string,
  state: number,
  retentionMicros: number,
  summary: string,
  record: string | null,
];

const rowsAtOnce = 500;
// Neighbouring traces came in the same bodies.
const segmentsKept = 64;

/**
 * Recomputes ledgers, trace totals and hourly sums from the spans' own records, and says where what is stored differs. It reads
 * one snapshot, which takes half a minute for a million spans: on a connection of its own, that nobody waits for.
 */
export function recountOf({ sql }: Pick<ReadContext, 'sql'>): Recount {
  const differences: string[] = [];
  const wrongTraces: number[] = [];
  const sheets = new Map<number, RollupSheet>();
  const segments = new SegmentReader(sql, segmentsKept);
  let [traces, spans] = [0, 0];
  for (const row of tracesInSums(sql)) {
    const [id, project, traceId, state, , summary] = row;
    const { version, wrongEntries } = recountTrace(sql, segments, row);
    if (version !== undefined) {
      const sheet = sheets.get(project) ?? new RollupSheet();
      sheets.set(project, sheet);
      sheet.putIn(shareOf(version));
    }
    // What is being removed is out of sight; only the sums still have it.
    if (state !== 0) continue;
    traces += 1;
    spans += version?.entries.length ?? 0;
    const found = wrongEntries.map(
      (spanId) => `trace ${traceId}: the ledger entry of span ${spanId} differs from the span`,
    );
    if (version === undefined) found.push(`trace ${traceId} has neither a record nor spans`);
    else if (summary !== encodeSummary(version.state))
      found.push(`trace ${traceId}: stored totals ${summary} differ from the recount ${encodeSummary(version.state)}`);
    if (found.length > 0) wrongTraces.push(id);
    differences.push(...found);
  }

  const wrongSums = sql.all<[number, string]>('SELECT id, name FROM projects').map(([project, name]) => {
    const sheet = sheets.get(project) ?? new RollupSheet();
    for (const stored of storedRollups(sql, project)) sheet.addRollup(stored, -1);
    const missing = sheet.changes();
    for (const { key } of missing)
      differences.push(`project ${stringOf(name)}: the sums of ${JSON.stringify(key)} differ`);
    return { project, missing };
  });
  return { traces, spans, differences, wrongTraces, wrongSums };
}

/** Sets one trace's ledger and row right, as its spans are now, inside the caller's transaction. */
export function repairTrace(sql: Statements, id: number): void {
  const row = sql.get<TraceRow>(`${selectTraces} AND traces.id = ? AND state = 0`, id);
  if (row === undefined) return;
  const [, project, traceId] = row;
  const { version } = recountTrace(sql, new SegmentReader(sql), row);
  if (version === undefined) {
    sql.run('DELETE FROM traces WHERE id = ?', id);
    return;
  }
  for (const entry of version.entries)
    sql.run(
      `UPDATE spans SET (${ledgerColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE project = ? AND span_id = ?`,
      ...encodeEntry(entry),
      project,
      entry.spanId,
    );
  // The sums are set right apart, so these changes go nowhere.
  const unused = new RollupSheet();
  saveTrace(sql, { id, project, traceId, hasPayload: false, segment: undefined }, version, version, unused);
}

export function repairSums(sql: Statements, { wrongSums }: Recount): void {
  for (const { project, missing } of wrongSums) addRollups(sql, project, missing);
}

const selectTraces = `
  SELECT traces.id, project, trace_id, state, coalesce(removals.retention_us, traces.retention_us), summary, record
  FROM traces LEFT JOIN removals ON removals.trace = traces.id
  WHERE (state = 0 OR removals.is_withdrawn = 0)`;

function* tracesInSums(sql: Statements): Generator<TraceRow> {
  for (let last = 0; ; ) {
    const rows = sql.all<TraceRow>(`${selectTraces} AND traces.id > ? ORDER BY traces.id LIMIT ${rowsAtOnce}`, last);
    yield* rows;
    if (rows.length < rowsAtOnce) return;
    last = rows.at(-1)?.[0] as number;
  }
}

function recountTrace(
  sql: Statements,
  segments: SegmentReader,
  [id, , , , retentionMicros, , record]: TraceRow,
): { readonly version: TraceVersion | undefined; readonly wrongEntries: readonly string[] } {
  const stored = new Map(ledgerOf(sql, id).map((entry) => [entry.spanId, JSON.stringify(entry)]));
  const entries = readContents(sql, segments, { payloads: false, where: 'WHERE spans.trace = ?' }, id).map(
    ({ spanId, record: span, price }) => ledgerEntry(spanId, span.fields, price),
  );
  return {
    version: versionOf(record === null ? undefined : decodeRecord(record, null), entries, retentionMicros),
    wrongEntries: entries
      .filter((entry) => stored.get(entry.spanId) !== JSON.stringify(entry))
      .map(({ spanId }) => spanId),
  };
}
