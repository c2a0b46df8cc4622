import type { ScoreRecord, SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { type LedgerEntry, ledgerEntry } from '../../../../src/domain/ledger.ts';
import type { Fields } from '../../../../src/domain/record.ts';
import { microsOf } from '../../../../src/domain/time.ts';
import { type TraceState, traceState } from '../../../../src/domain/trace-state.ts';
import { spanPayloadFields, spanView, tracePayloadFields, traceView } from '../../../../src/domain/view.ts';
import type { FileRecord } from './records.ts';

/** Where a record's payloads are: in memory, or in the file, to be read again. */
export type Whole = () => Promise<Fields>;

interface KeptSpan {
  /** Without payloads. */
  readonly fields: Fields;
  readonly whole: Whole;
}

interface Kept {
  record: KeptSpan | undefined;
  readonly spans: Map<string, KeptSpan>;
  readonly scores: Map<string, ScoreRecord>;
}

/** A trace of the file, with what a server would say of it. */
export interface FileTrace {
  readonly traceId: string;
  readonly state: TraceState;
  readonly entries: readonly LedgerEntry[];
  readonly scores: readonly ScoreRecord[];
  /** As lists have it. */
  readonly listed: TraceRecord;
}

/**
 * The records of an opened file. Inputs and outputs stay in the file until somebody looks at them: a file of half a gigabyte
 * would be several in memory. Everything that is computed is computed by the server's own rules.
 */
export class FileStore {
  readonly project: string;
  readonly #kept = new Map<string, Kept>();
  readonly #traceOfSpan = new Map<string, string>();
  #traces: readonly FileTrace[] = [];
  #byId = new Map<string, FileTrace>();

  constructor(project: string) {
    this.project = project;
  }

  /** Of a record that comes twice the later fields count, as an export and a later one of the same trace have them. */
  add(record: FileRecord, whole: Whole): void {
    const kept = this.#keptOf(record.traceId);
    if (record.kind === 'score') kept.scores.set(record.score.score_id, record.score);
    else if (record.kind === 'span') {
      kept.spans.set(record.spanId, merged(kept.spans.get(record.spanId), record.fields, spanPayloadFields, whole));
      this.#traceOfSpan.set(record.spanId, record.traceId);
    } else if (!record.isDerived) kept.record = merged(kept.record, record.fields, tracePayloadFields, whole);
  }

  #keptOf(traceId: string): Kept {
    const known = this.#kept.get(traceId);
    if (known !== undefined) return known;
    const kept: Kept = { record: undefined, spans: new Map(), scores: new Map() };
    this.#kept.set(traceId, kept);
    return kept;
  }

  /** Computes what lists and totals show; nothing is added after it. */
  finish(): void {
    this.#traces = [...this.#kept]
      .flatMap(([traceId, kept]) => this.#computed(traceId, kept) ?? [])
      .sort((a, b) => b.state.startMicros - a.state.startMicros || (a.traceId < b.traceId ? 1 : -1));
    this.#byId = new Map(this.#traces.map((trace) => [trace.traceId, trace]));
  }

  #computed(traceId: string, { record, spans, scores }: Kept): FileTrace | undefined {
    const entries = [...spans].map(([spanId, { fields }]) => ledgerEntry(spanId, fields, undefined));
    const state = traceState(record && { rank: 0, ranks: {}, fields: record.fields }, entries);
    if (state === undefined) return undefined;
    const given = [...scores.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    const listed = traceView(
      { project: this.project, traceId },
      record?.fields ?? {},
      { ...state, scores: given.map(({ name, value }) => ({ name, value })) },
      false,
    );
    return { traceId, state, entries, scores: given, listed };
  }

  /** Newest first. */
  get traces(): readonly FileTrace[] {
    return this.#traces;
  }

  trace(traceId: string): FileTrace | undefined {
    return this.#byId.get(traceId);
  }

  /** The trace as it is read by itself, with its payloads. */
  async wholeTrace(trace: FileTrace): Promise<TraceRecord> {
    const record = this.#kept.get(trace.traceId)?.record;
    const fields = record === undefined ? {} : { ...(await record.whole()), ...record.fields };
    const { scores } = trace.listed;
    return traceView({ project: this.project, traceId: trace.traceId }, fields, { ...trace.state, scores }, true);
  }

  /** The traces of which a record matches, where the records are in memory. */
  async found(matches: (fields: Fields) => boolean): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const [traceId, { record, spans }] of this.#kept)
      for (const { whole } of [...(record === undefined ? [] : [record]), ...spans.values()])
        if (!ids.has(traceId) && matches(await whole())) ids.add(traceId);
    return ids;
  }

  /** The spans of a trace in order of start. */
  spans(traceId: string): readonly SpanRecord[] {
    const spans = this.#kept.get(traceId)?.spans ?? new Map<string, KeptSpan>();
    return [...spans]
      .map(([spanId, { fields }]) => spanView({ project: this.project, traceId, spanId }, fields, undefined, false))
      .sort((a, b) => microsOf(a.start_time) - microsOf(b.start_time) || (a.span_id < b.span_id ? -1 : 1));
  }

  async wholeSpan(spanId: string): Promise<SpanRecord | undefined> {
    const traceId = this.#traceOfSpan.get(spanId);
    const kept = traceId === undefined ? undefined : this.#kept.get(traceId)?.spans.get(spanId);
    if (traceId === undefined || kept === undefined) return undefined;
    const fields = { ...(await kept.whole()), ...kept.fields };
    return spanView({ project: this.project, traceId, spanId }, fields, undefined, true);
  }
}

function merged(known: KeptSpan | undefined, fields: Fields, payloads: ReadonlySet<string>, whole: Whole): KeptSpan {
  const light = Object.fromEntries(Object.entries(fields).filter(([name]) => !payloads.has(name))) as Fields;
  if (known === undefined) return { fields: light, whole };
  return {
    fields: { ...known.fields, ...light },
    whole: async () => ({ ...(await known.whole()), ...(await whole()) }),
  };
}
