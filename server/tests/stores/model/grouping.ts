import type { SessionSummary, TraceRecord, UserSummary } from 'llm-tracer/schema';
import { micros } from './canonical.ts';
import type { Seen } from './reading.ts';
import { compare, dollars, sum } from './tree.ts';

/** The traces of one session or user, newest first. */
export interface Group {
  readonly id: string;
  readonly members: readonly Seen[];
}

/** In the order of their newest traces, as a list of traces has these. */
export const groupsBy = (newestFirst: readonly Seen[], field: 'session_id' | 'user_id'): Group[] => {
  const groups = new Map<string, Seen[]>();
  for (const seen of newestFirst) {
    const id = seen.trace[field];
    if (id !== undefined) groups.set(id, [...(groups.get(id) ?? []), seen]);
  }
  return [...groups].map(([id, members]) => ({ id, members }));
};

export const sessionOf = ({ id, members }: Group): SessionSummary => {
  const ends = members.map(({ trace }) => micros(trace.end_time ?? trace.start_time));
  const totals = totalsOf(members);
  return {
    session_id: id,
    user_ids: distinct(members, 'user_id'),
    ...totals,
    duration_ms: Math.max(0, Math.max(...ends) - micros(totals.first_time)) / 1000,
  };
};

export const userOf = ({ id, members }: Group): UserSummary => ({
  user_id: id,
  session_count: distinct(members, 'session_id').length,
  ...totalsOf(members),
});

const totalsOf = (members: readonly Seen[]) => {
  const all = members.map(({ totals }) => totals);
  const starts = members.map(({ trace }) => trace.start_time).sort(compare);
  return {
    trace_count: members.length,
    span_count: all.reduce((count, { spanCount }) => count + spanCount, 0),
    error_count: all.reduce((count, { errorCount }) => count + errorCount, 0),
    tokens_input: Number(sum(all.map(({ tokensInput }) => tokensInput))),
    tokens_output: Number(sum(all.map(({ tokensOutput }) => tokensOutput))),
    total_cost: dollars(sum(all.map(({ nanoDollars }) => nanoDollars))),
    unpriced_count: all.reduce((count, { unpricedCount }) => count + unpricedCount, 0),
    first_time: starts[0] as string,
    last_time: starts.at(-1) as string,
  };
};

const distinct = (members: readonly Seen[], field: keyof TraceRecord): string[] =>
  [...new Set(members.map(({ trace }) => trace[field] as string | undefined))].filter((id) => id !== undefined).sort();
