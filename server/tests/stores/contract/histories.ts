import fc from 'fast-check';
import type { ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';
import { spanChange, spanFieldsOf, traceChange, traceFieldsOf } from '../../../src/domain/normalise.ts';
import type { Merged } from '../../../src/domain/record.ts';
import { at, type Encoding, type Sending, scoreId, seconds, spanId, traceId } from '../builders.ts';

/**
 * Random histories. Ids, times and values come from pools so small that duplicates, conflicts, cycles, late parents, equal
 * ranks and ties happen in nearly every history.
 */

/** Short, so that a history of a few days passes retention and the end of tombstones. */
export const retentionDays = 3;

export const traceIds = [1, 2, 3].map(traceId);
export const spanIds = [1, 2, 3, 4, 5, 6].map(spanId);
const scoreIds = [1, 2].map(scoreId);
const neverStored = spanId(99);

/** One thing that happens. Projects are numbered. */
export type Step =
  | {
      readonly kind: 'send';
      readonly project: number;
      readonly sending: Sending;
      readonly encoding: Encoding | undefined;
    }
  /** What was sent before, again, as one batch or several, in another order. */
  | { readonly kind: 'resend'; readonly earlier: number; readonly cuts: number; readonly reversed: boolean }
  | { readonly kind: 'complete span'; readonly project: number; readonly id: string; readonly body: object }
  | { readonly kind: 'complete trace'; readonly project: number; readonly id: string; readonly body: object }
  | { readonly kind: 'delete'; readonly project: number; readonly id: string }
  | { readonly kind: 'delete user'; readonly project: number; readonly user: string }
  | { readonly kind: 'advance'; readonly hours: number }
  | { readonly kind: 'prune' }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'look' };

const { day, hour } = seconds;

/** Starts that can be stored at noon of the first day; the second one only just (expiry is rounded up to the day). */
const storableStarts = [0, -3.5 * day + 0.000001, -day, -10, 0.000001, 10, 12 * hour, 24 * hour];
/** With starts that are expired or too far ahead, to the microsecond. */
const anyStarts = [...storableStarts, ...storableStarts, -3.5 * day, 24 * hour + 0.000001, 2 * day, 3 * day];

const time = (offsets: readonly number[]) => fc.constantFrom(...offsets).map(at);
const end = time([0.5, 1, 10.25, -5, 30 * hour]);
/** Present in one of two, or as often as said: in all but one of `freq`. */
const sometimes = <T>(value: fc.Arbitrary<T>, freq = 2) => fc.option(value, { nil: undefined, freq });
const rev = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) });
const status = fc.constantFrom('running', 'ok', 'error') as fc.Arbitrary<'running' | 'ok' | 'error'>;
/** Tags, users and sessions. */
export const labels = ['a', 'b', '\ud800', 'a\0b'];
const label = fc.constantFrom(...labels);

const json = fc.constantFrom<unknown>(
  null,
  false,
  0,
  '',
  [],
  { b: 1, a: [2, { 10: 'x', 9: 'y' }] },
  'text \ud83d\ude00 \udc00',
  JSON.parse('{"__proto__":{"constructor":1}}'),
);
const metadata = fc.dictionary(
  fc.constantFrom('a', 'b', '10', '9', '__proto__', 'constructor', '\ud800'),
  fc.oneof(json, fc.constantFrom('v', 1)),
  { maxKeys: 3 },
);

const truncations = (paths: readonly string[]) =>
  fc.uniqueArray(fc.record({ path: fc.constantFrom(...paths), original_bytes: fc.constantFrom(9, 10, 20_000) }), {
    selector: ({ path }) => path,
    minLength: 1,
    maxLength: 2,
  });

const spanMatter = {
  parent_span_id: sometimes(fc.constantFrom(...spanIds, neverStored), 4),
  span_type: sometimes(fc.constantFrom('llm', 'tool', 'agent') as fc.Arbitrary<'llm' | 'tool' | 'agent'>),
  status: sometimes(status),
  error: sometimes(fc.constantFrom('', 'timeout')),
  input_data: sometimes(json),
  output_data: sometimes(json),
  metadata: sometimes(metadata),
  model: sometimes(fc.constantFrom('gpt-1', 'gpt-2')),
  requested_model: sometimes(fc.constantFrom('gpt', 'gpt-2')),
  tools: sometimes(json),
  tokens_input: sometimes(fc.constantFrom(0, 9, 10, 1e12)),
  tokens_output: sometimes(fc.constantFrom(0, 7)),
  cost_usd: sometimes(fc.constantFrom(0, 0.1, 0.2, 1e-9, 999_999.999999999)),
  first_token_time: sometimes(time([0.1, 0.25, -7])),
  cost_source: sometimes(fc.constantFrom('reported', 'priced') as fc.Arbitrary<'reported' | 'priced'>),
  events: sometimes(fc.constantFrom([], [{ name: 'token', time: at(0.25), attributes: { n: 1 } }])),
  truncated: sometimes(truncations(['input_data.a', 'output_data[0]', 'input_data', 'metadata.a', 'error'])),
} satisfies { [Field in keyof SpanUpsert]?: fc.Arbitrary<SpanUpsert[Field]> };

const traceMatter = {
  status: sometimes(status),
  error: sometimes(fc.constantFrom('', 'timeout')),
  input: sometimes(json),
  output: sometimes(json),
  metadata: sometimes(metadata),
  tags: sometimes(fc.uniqueArray(label, { maxLength: 3 })),
  user_id: sometimes(label),
  session_id: sometimes(label),
  environment: sometimes(fc.constantFrom('prod', 'dev')),
  release: sometimes(fc.constantFrom('1', '2')),
  truncated: sometimes(truncations(['input.a', 'output', 'tags'])),
} satisfies { [Field in keyof TraceUpsert]?: fc.Arbitrary<TraceUpsert[Field]> };

/** Leaves out what is undefined, so that a counterexample shows only what was sent. */
const sent = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

const name = fc.constantFrom('answer', 'b', '\udfff');

const aTraceUpsert = (ids: fc.Arbitrary<string>, starts: readonly number[]): fc.Arbitrary<TraceUpsert> =>
  fc.record({ trace_id: ids, name, start_time: time(starts), end_time: sometimes(end), rev, ...traceMatter }).map(sent);

const aSpanUpsert = (ids: fc.Arbitrary<readonly [string, string]>, starts: readonly number[]) =>
  fc
    .record({ ids, name, start_time: time(starts), end_time: sometimes(end, 4), rev, ...spanMatter })
    .map(({ ids: [trace_id, span_id], ...fields }): SpanUpsert => sent({ trace_id, span_id, ...fields }));

const aScoreUpsert = (ids: fc.Arbitrary<string>, starts: readonly number[]): fc.Arbitrary<ScoreUpsert> =>
  fc
    .record({
      score_id: fc.constantFrom(...scoreIds),
      trace_id: ids,
      span_id: sometimes(fc.constantFrom(...spanIds)),
      name: fc.constantFrom('helpful', 'tone'),
      value: fc.constantFrom<number | boolean | string>(0, 0.5, true, 'calm'),
      comment: sometimes(fc.constantFrom('', 'fine')),
      source: sometimes(fc.constantFrom('user', 'model') as fc.Arbitrary<'user' | 'model'>),
      created_at: time(starts.filter((start) => start <= 24 * hour)),
      rev,
    })
    .map(sent);

const dropped = fc.record({
  instance: fc.constantFrom('one', 'two'),
  counts: fc.dictionary(fc.constantFrom('queue_full', 'too_large'), fc.integer({ min: 1, max: 5 }), { maxKeys: 2 }),
});

const anyTraceId = fc.constantFrom(...traceIds);
/** Each span id has a trace where it belongs, so that trees grow, and is now and then sent under another. */
const anySpan = fc.oneof(
  { weight: 6, arbitrary: spanAtHome() },
  { weight: 1, arbitrary: fc.tuple(anyTraceId, fc.constantFrom(...spanIds)) },
);

function spanAtHome(): fc.Arbitrary<readonly [string, string]> {
  return fc.nat({ max: spanIds.length - 1 }).map((n) => [traceIds[n < 4 ? 0 : 1] as string, spanIds[n] as string]);
}

const aSending: fc.Arbitrary<Sending> = fc
  .record({
    traces: fc.array(aTraceUpsert(anyTraceId, anyStarts), { maxLength: 2 }),
    spans: fc.array(aSpanUpsert(anySpan, anyStarts), { maxLength: 6, size: 'max' }),
    scores: fc.array(aScoreUpsert(anyTraceId, anyStarts), { maxLength: 1 }),
    dropped: sometimes(dropped),
  })
  .map(sent);

const project = fc.constantFrom(0, 0, 0, 1);

/** Whether a batch brings its compressed body. */
const encoding = fc.constantFrom<Encoding | undefined>(undefined, 'zstd', 'zstd', 'gzip');

const send = fc.record({ kind: fc.constant('send' as const), project, sending: aSending, encoding });
const resend = fc.record({
  kind: fc.constant('resend' as const),
  earlier: fc.nat({ max: 9 }),
  cuts: fc.nat(),
  reversed: fc.boolean(),
});
const remove = fc.record({ kind: fc.constant('delete' as const), project, id: anyTraceId });
const removeUser = fc.record({ kind: fc.constant('delete user' as const), project, user: label });
const advance = fc.record({ kind: fc.constant('advance' as const), hours: fc.constantFrom(1, 12, 13, 30, 84, 8 * 24) });
const completions = [
  fc.record({
    kind: fc.constant('complete span' as const),
    project,
    id: fc.constantFrom(...spanIds),
    body: fc.record({ start_time: sometimes(time(anyStarts), 3), end_time: sometimes(end), ...spanMatter }).map(sent),
  }),
  fc.record({
    kind: fc.constant('complete trace' as const),
    project,
    id: anyTraceId,
    body: fc.record({ name: sometimes(name), end_time: sometimes(end), ...traceMatter }).map(sent),
  }),
];
const plain = <Kind extends string>(kind: Kind) => fc.constant({ kind });

/** Everything but PATCHes: records with times that the client gave. */
export const aHistory: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: send },
    { weight: 3, arbitrary: resend },
    { weight: 2, arbitrary: remove },
    { weight: 1, arbitrary: removeUser },
    { weight: 2, arbitrary: advance },
    { weight: 1, arbitrary: plain('prune') },
    { weight: 1, arbitrary: plain('look') },
  ),
  { minLength: 1, maxLength: 12, size: 'max' },
);

/** With the store closed and opened again in between. */
export const aHistoryWithReopening: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: send },
    { weight: 2, arbitrary: resend },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: advance },
    { weight: 1, arbitrary: plain('prune') },
    { weight: 3, arbitrary: plain('reopen') },
  ),
  { minLength: 2, maxLength: 10, size: 'max' },
);

/** With PATCHes, which set the server's time. */
export const aHistoryWithCompletions: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: send },
    { weight: 1, arbitrary: resend },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: advance },
    { weight: 4, arbitrary: completions[0] as (typeof completions)[number] },
    { weight: 3, arbitrary: completions[1] as (typeof completions)[number] },
  ),
  { minLength: 2, maxLength: 12, size: 'max' },
);

/** One element with its kind: what can be sent alone, or beside any others. */
export type Element =
  | { readonly kind: 'trace'; readonly upsert: TraceUpsert }
  | { readonly kind: 'span'; readonly upsert: SpanUpsert }
  | { readonly kind: 'score'; readonly upsert: ScoreUpsert };

/** Elements none of which is ever rejected: each span id belongs to one trace, and nothing is expired or ahead. */
export const storableElements: fc.Arbitrary<Element[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: aTraceUpsert(anyTraceId, storableStarts).map((upsert) => ({ kind: 'trace' as const, upsert })),
    },
    {
      weight: 6,
      arbitrary: aSpanUpsert(spanAtHome(), storableStarts).map((upsert) => ({ kind: 'span' as const, upsert })),
    },
    {
      weight: 1,
      arbitrary: aScoreUpsert(anyTraceId, storableStarts).map((upsert) => ({ kind: 'score' as const, upsert })),
    },
  ),
  { minLength: 1, maxLength: 14, size: 'max' },
);

/** Any record of one span, or of one trace, as merging takes it. */
export const aMergeableRecord: fc.Arbitrary<Merged> = fc.oneof(
  aSpanUpsert(fc.constant([traceId(), spanId()]), storableStarts).map((upsert) => spanChange(upsert).record),
  aTraceUpsert(fc.constant(traceId()), storableStarts).map((upsert) => traceChange(upsert).record),
);

/** How a client delivers elements: in which order, cut into which batches, which of them twice. */
export const aDelivery = fc.record({
  order: fc.array(fc.nat({ max: 1_000_000 }), { minLength: 20, maxLength: 20 }),
  batchSize: fc.integer({ min: 1, max: 6 }),
  repeated: fc.nat({ max: 5 }),
  concurrent: fc.boolean(),
  encoding,
});
export type Delivery = typeof aDelivery extends fc.Arbitrary<infer T> ? T : never;

/** The batches of a delivery. */
export function batchesOf(elements: readonly Element[], { order, batchSize, repeated }: Delivery): Sending[] {
  const key = (index: number) => order[index % order.length] ?? 0;
  const shuffled = elements
    .map((element, index) => ({ element, key: key(index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ element }) => element);
  return chunks([...shuffled, ...shuffled.slice(0, repeated)], batchSize).map(sendingOf);
}

export const elementsOf = ({ traces = [], spans = [], scores = [] }: Sending): Element[] => [
  ...traces.map((upsert) => ({ kind: 'trace' as const, upsert })),
  ...spans.map((upsert) => ({ kind: 'span' as const, upsert })),
  ...scores.map((upsert) => ({ kind: 'score' as const, upsert })),
];

export const sendingOf = (elements: readonly Element[]): Sending => ({
  traces: elements.flatMap((element) => (element.kind === 'trace' ? [element.upsert] : [])),
  spans: elements.flatMap((element) => (element.kind === 'span' ? [element.upsert] : [])),
  scores: elements.flatMap((element) => (element.kind === 'score' ? [element.upsert] : [])),
});

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

export const spanPatch = (body: object) => spanFieldsOf(body);
export const tracePatch = (body: object) => traceFieldsOf(body);
