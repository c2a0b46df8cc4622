import * as z from 'zod/mini';
import { Status } from './fields.ts';
import { TimeBound } from './time.ts';

const wholeNumber = (from: number, to: number) =>
  z.pipe(
    z.string().check(z.regex(/^-?\d{1,15}$/, { error: `must be a whole number from ${from} to ${to}` })),
    z.pipe(z.transform(Number), z.int().check(z.gte(from), z.lte(to))),
  );

const decimal = z.pipe(
  z.string().check(z.regex(/^\d{1,15}(\.\d{1,15})?$/, { error: 'must be a number, at least 0' })),
  z.transform(Number),
);

const label = z.string().check(z.minLength(1), z.maxLength(255));

/** The page size of a list: 1..1000, default 50. */
export const limitRange = { least: 1, most: 1000, standard: 50 } as const;
const limit = z.optional(wholeNumber(limitRange.least, limitRange.most));
const cursor = z.optional(z.string().check(z.minLength(1), z.maxLength(2048)));

/** Tags as a comma-separated list; a trace with any of them matches. */
const TagList = z.pipe(
  z.string().check(z.minLength(1), z.maxLength(5000)),
  z.pipe(
    z.transform((text: string) => [...new Set(text.split(',').filter((tag) => tag !== ''))]),
    z.array(z.string()).check(z.minLength(1), z.maxLength(50)),
  ),
);

const scoreForm = /^([^<>=]{1,255})(?:(>=|<=|>|<|=)(.{1,255}))?$/s;
const numberForm = /^-?\d{1,15}(\.\d{1,15})?$/;

/**
 * What a score must be: there at all, equal to `operand`, or greater or less than it. Numbers are compared as numbers; `true`
 * and `false` equal a yes or no, and any text a category. Only numbers have an order.
 */
export type ScoreCondition =
  | { readonly name: string; readonly operator?: undefined; readonly operand?: undefined }
  | { readonly name: string; readonly operator: '='; readonly operand: string }
  | { readonly name: string; readonly operator: '>=' | '<=' | '>' | '<'; readonly operand: number };

/** A condition on a score: `name` (there is one), or `name` with one of `>= <= > < =` and a value. */
export const ScoreCondition = z.pipe(
  z.string().check(
    z.regex(scoreForm, { error: 'must be a score name, or a name with one of >= <= > < = and a value, as name>=0.5' }),
    z.refine(
      (text) => {
        const [, , operator = '=', operand = ''] = scoreForm.exec(text) ?? [];
        return operator === '=' || numberForm.test(operand);
      },
      { error: 'only a number can be compared by order, as name>=0.5' },
    ),
  ),
  z.transform((text: string): ScoreCondition => {
    const [, name = '', operator, operand = ''] = scoreForm.exec(text) ?? [];
    if (operator === undefined) return { name };
    if (operator === '=') return { name, operator, operand };
    return { name, operator: operator as '>=' | '<=' | '>' | '<', operand: Number(operand) };
  }),
);

/** What lists, exports and series can be narrowed by. All given filters must hold. */
const traceFilters = {
  from: z.optional(TimeBound),
  to: z.optional(TimeBound),
  user_id: z.optional(label),
  session_id: z.optional(label),
  tags: z.optional(TagList),
  name: z.optional(label),
  status: z.optional(Status),
  model: z.optional(label),
  environment: z.optional(label),
  release: z.optional(label),
  min_duration_ms: z.optional(decimal),
  min_cost: z.optional(decimal),
  score: z.optional(ScoreCondition),
  q: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
} as const;

/** Query of `GET /api/traces`. */
export const ListTracesQuery = z.object({
  ...traceFilters,
  limit,
  cursor,
  sort: z.optional(z.enum(['time', 'duration', 'cost'])),
});
export type ListTracesQuery = z.infer<typeof ListTracesQuery>;

/** Query of `GET /api/traces/{trace_id}`: without `limit`, all spans up to 5,000. */
export const GetTraceQuery = z.object({
  payloads: z.optional(
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((text: 'true' | 'false') => text === 'true'),
    ),
  ),
  limit: z.optional(wholeNumber(1, 5000)),
  cursor,
});
export type GetTraceQuery = z.infer<typeof GetTraceQuery>;

/** Query of `GET /api/sessions` and `GET /api/users`: of the traces that pass, grouped. */
export const ListGroupsQuery = z.object({ ...traceFilters, limit, cursor });
export type ListGroupsQuery = z.infer<typeof ListGroupsQuery>;

/** Query of `GET /api/sessions/{session_id}`. */
export const GetSessionQuery = z.object({ limit, cursor });
export type GetSessionQuery = z.infer<typeof GetSessionQuery>;

/** Query of `GET /api/stats/counts`. */
export const CountsQuery = z.object({ ...traceFilters, bucket: z.optional(z.enum(['minute', 'hour', 'day'])) });
export type CountsQuery = z.infer<typeof CountsQuery>;

/** Query of `GET /api/stats/timeseries`. */
export const TimeseriesQuery = z.object({
  ...traceFilters,
  bucket: z.optional(z.enum(['hour', 'day'])),
  group_by: z.optional(z.enum(['model', 'span_type', 'name', 'user', 'tag'])),
});
export type TimeseriesQuery = z.infer<typeof TimeseriesQuery>;

/** Query of `GET /api/export`. */
export const ExportQuery = z.object({ ...traceFilters });
export type ExportQuery = z.infer<typeof ExportQuery>;
