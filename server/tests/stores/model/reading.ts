import type { ScoreRecord, SpanRecord, Status, TraceAnswer, TraceRecord } from 'llm-tracer/schema';
import type { Price } from '../../../src/domain/pricing.ts';
import type { Fields, Merged } from '../../../src/domain/record.ts';
import { micros } from './canonical.ts';
import { field, fieldsOf, type MergedRecord, mergeAll, text } from './merging.ts';
import { type Counted, compare, dollars, nanoDollars, type Totals, Tree } from './tree.ts';

/** Everything that was ever received for one trace and not rejected. */
export interface Received {
  readonly records: Merged[];
  readonly spans: Map<string, Merged[]>;
  /** What each span was last priced at. */
  prices: Map<string, Price | undefined>;
  readonly scores: Map<string, Merged[]>;
  /** When each score first came. */
  readonly scoresReceived: Map<string, number>;
}

/** One trace, computed from scratch. */
export interface Seen {
  readonly trace: TraceRecord;
  readonly spans: readonly SpanRecord[];
  readonly scores: readonly ScoreRecord[];
  readonly totals: Totals;
  readonly counted: Counted;
  readonly hasFinishedRecord: boolean;
  /** The trace's own record, where it has one, and its spans': what search looks into, one by one. */
  readonly records: readonly Fields[];
}

/** wire.md, Roots: a trace exists once a record or a span of it does; scores alone do not make one. */
export const exists = (received: Received): boolean => received.records.some(hasTimes) || received.spans.size > 0;

/** A record without times holds what spans said of their trace; name, times and status are its root's. */
const hasTimes = ({ fields }: Merged): boolean => 'start_time' in fields || 'end_time' in fields;

export const see = (project: string, traceId: string, received: Received): Seen => {
  const spans = [...received.spans]
    .map(([spanId, records]) => spanOf(project, traceId, spanId, mergeAll(records), received.prices.get(spanId)))
    .sort((a, b) => compare(a.start_time, b.start_time) || compare(a.span_id, b.span_id));
  const scores = [...received.scores]
    .map(([scoreId, records]) => scoreOf(traceId, scoreId, mergeAll(records)))
    .sort((a, b) => compare(a.created_at, b.created_at) || compare(a.score_id, b.score_id));
  const tree = new Tree(
    spans.map((span) => ({
      id: span.span_id,
      parent: span.parent_span_id,
      start: span.start_time,
      isFinished: span.end_time !== undefined,
      hasError: span.status === 'error',
      tokensInput: span.tokens_input,
      tokensOutput: span.tokens_output,
      cost: span.cost_usd,
    })),
  );
  const totals = tree.totals();
  const root = spans.find((span) => span.span_id === tree.root());
  const record = received.records.length > 0 ? mergeAll(received.records) : undefined;
  const head = headOfTrace(received, record, root);

  return {
    totals,
    counted: tree.counted(),
    spans,
    scores,
    hasFinishedRecord: head.end_time !== undefined || totals.spanCount > 0,
    records: [...(record === undefined ? [] : [fieldsOf(record)]), ...(spans as unknown as Fields[])],
    trace: {
      tags: [],
      metadata: {},
      ...(record === undefined ? {} : fieldsOf(record)),
      ...head,
      ...durationOf(head),
      trace_id: traceId,
      project_id: project,
      span_count: totals.spanCount,
      error_count: totals.errorCount,
      tokens_input: Number(totals.tokensInput),
      tokens_output: Number(totals.tokensOutput),
      total_cost: dollars(totals.nanoDollars),
      unpriced_count: totals.unpricedCount,
      models: modelsOf(spans),
      scores: scores.map(({ name, value }) => ({ name, value })),
    },
  };
};

type Head = Pick<TraceRecord, 'name' | 'start_time' | 'end_time' | 'status'>;

/** "A trace without a trace record takes name, times and status from its root." */
const headOf = ({ name, start_time, end_time, status }: SpanRecord): Head => ({
  name,
  start_time,
  status,
  ...(end_time === undefined ? {} : { end_time }),
});

const headOfTrace = (received: Received, record: MergedRecord | undefined, root: SpanRecord | undefined): Head => {
  if (record !== undefined && received.records.some(hasTimes)) return recordHead(record, root);
  const { name, ...head } = headOf(root as SpanRecord);
  return { name: (record && text(record, 'name')) ?? name, ...head };
};

/** "With one it is running until that is finished; its status is the one sent, else `error` if the root's is, else `ok`." */
const recordHead = (record: MergedRecord, root: SpanRecord | undefined): Head => {
  const end = text(record, 'end_time');
  const hasError = field(record, 'error') !== undefined || root?.status === 'error';
  return {
    // A record that a PATCH made has neither.
    name: text(record, 'name') ?? (root as SpanRecord).name,
    start_time: text(record, 'start_time') ?? (root as SpanRecord).start_time,
    status: end === undefined ? 'running' : ((text(record, 'status') as Status) ?? (hasError ? 'error' : 'ok')),
    ...(end === undefined ? {} : { end_time: end }),
  };
};

const spanOf = (
  project: string,
  traceId: string,
  spanId: string,
  record: MergedRecord,
  price: Price | undefined,
): SpanRecord => {
  const { parent_span_id: parent, ...fields } = fieldsOf(record) as unknown as SpanRecord;
  const derived: Status = fields.error === undefined ? 'ok' : 'error';
  return {
    ...fields,
    // '' stands for none, in place of one that was filtered out.
    ...(parent ? { parent_span_id: parent } : {}),
    span_id: spanId,
    trace_id: traceId,
    project_id: project,
    span_type: fields.span_type ?? 'other',
    status: fields.end_time === undefined ? 'running' : (fields.status ?? derived),
    ...costOf(fields, price),
    ...durationOf(fields),
  };
};

/** A price is shown to the nano-dollar, as it is summed. */
const costOf = ({ cost_usd, cost_source }: SpanRecord, price: Price | undefined): Partial<SpanRecord> => {
  if (cost_usd !== undefined) return { cost_source: cost_source ?? 'reported' };
  if (price === undefined) return {};
  return { cost_usd: dollars(nanoDollars(price.dollars)), cost_source: 'priced', cost_price: price.source };
};

const scoreOf = (traceId: string, scoreId: string, record: MergedRecord): ScoreRecord => {
  const { metadata: _, ...fields } = fieldsOf(record) as unknown as ScoreRecord & { metadata: unknown };
  return { ...fields, trace_id: traceId, score_id: scoreId, source: fields.source ?? 'code' };
};

const durationOf = ({ start_time, end_time }: { start_time: string; end_time?: string | undefined }) =>
  end_time === undefined ? {} : { duration_ms: Math.max(0, micros(end_time) - micros(start_time)) / 1000 };

const modelsOf = (spans: readonly SpanRecord[]): string[] => {
  const models = spans.map((span) => span.model ?? span.requested_model).filter((model) => model !== undefined);
  return [...new Set(models)].sort();
};

/** `?payloads=false` "leaves out inputs, outputs, metadata, events". */
export const withoutPayloads = (answer: TraceAnswer): TraceAnswer => ({
  ...answer,
  trace: summaryOf(answer.trace),
  spans: answer.spans.map(({ input_data: _, output_data: __, metadata: ___, events: ____, ...span }) => span),
});

/** A trace as lists show it. */
export const summaryOf = ({ input: _, output: __, metadata: ___, ...trace }: TraceRecord): TraceRecord => trace;
