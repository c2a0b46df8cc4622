import type { TraceListAnswer, TraceRecord } from 'llm-tracer/schema';

/** A row that is far from what is seen: its place is kept, and what it says is read again when it comes near. */
export interface ReleasedTrace {
  readonly trace_id: string;
  readonly start_time: string;
  readonly isReleased: true;
}

export type ListedTrace = TraceRecord | ReleasedTrace;

/** A page of the list as it was answered, or of which only the places are left. */
export type ListPage = Omit<TraceListAnswer, 'traces'> & { readonly traces: readonly ListedTrace[] };

export const isReleased = (trace: ListedTrace): trace is ReleasedTrace => 'isReleased' in trace;

/** How far from what is seen rows are kept, in rows. */
const keptRows = 2_000;

/** Releases the pages that have no row near those from `first` to `last`. The same array if there are none. */
export function releaseFar(pages: readonly ListPage[], first: number, last: number): readonly ListPage[] {
  const near = pagesNear(pages, first, last);
  const isFar = (page: ListPage, index: number) => !near.has(index) && !isPageReleased(page);
  if (!pages.some(isFar)) return pages;
  return pages.map((page, index) => (isFar(page, index) ? { ...page, traces: page.traces.map(released) } : page));
}

/** The pages near those rows that have been released, by their index. */
export function releasedNear(pages: readonly ListPage[], first: number, last: number): readonly number[] {
  return [...pagesNear(pages, first, last)].filter((index) => isPageReleased(pages[index] as ListPage));
}

/** A released page with what was read again. Who has gone meanwhile gives up its place; nobody comes in who was not there. */
export function refilled(page: ListPage, traces: readonly TraceRecord[]): ListPage {
  const places = new Set(page.traces.map(({ trace_id }) => trace_id));
  return { ...page, traces: traces.filter(({ trace_id }) => places.has(trace_id)) };
}

function pagesNear(pages: readonly ListPage[], first: number, last: number): ReadonlySet<number> {
  const near = new Set<number>();
  let row = 0;
  for (const [index, { traces }] of pages.entries()) {
    const end = row + traces.length;
    if (end > first - keptRows && row <= last + keptRows) near.add(index);
    row = end;
  }
  return near;
}

const released = ({ trace_id, start_time }: ListedTrace): ReleasedTrace => ({ trace_id, start_time, isReleased: true });

// A page is released as a whole.
const isPageReleased = ({ traces: [first] }: ListPage): boolean => first !== undefined && isReleased(first);
