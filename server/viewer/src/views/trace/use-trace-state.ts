import type { SpanType } from 'llm-tracer/schema';
import { useCallback, useMemo, useState } from 'react';
import { traceNodeId } from '../../model/span-tree.ts';
import { spanTypes } from '../../model/span-types.ts';
import { type TimeWindow, windowFromText, windowToText } from '../../model/time-scale.ts';
import { type Openness, standardDepth } from '../../model/visible-rows.ts';
import { useUrlState } from '../../url-state.ts';

/** An address stays one that can be copied; beyond, only the depth is kept. */
const mostIds = 20;

/** What the page of a trace shows, as its address has it. */
export function useTraceState(spanCount: number) {
  const { search, change } = useUrlState();
  // By their texts: the object of an address is another one whenever anything in it changes, and rows would be found anew.
  const { closed, opened, types: typesText, t } = search;
  // Single rows beyond what an address holds are remembered until the page is left.
  const [overflow, setOverflow] = useState<ReadonlyMap<string, boolean>>();
  const overrides = useMemo(() => {
    if (overflow !== undefined) return overflow;
    return new Map([
      ...idsOf(closed).map((id) => [id, false] as const),
      ...idsOf(opened).map((id) => [id, true] as const),
    ]);
  }, [overflow, closed, opened]);
  const depth = Number(search['depth']);
  const openness: Openness = useMemo(
    () => ({ depth: Number.isInteger(depth) && depth > 0 ? depth : standardDepth(spanCount), overrides }),
    [depth, spanCount, overrides],
  );
  const setOverrides = useCallback(
    (next: ReadonlyMap<string, boolean>) => {
      const ids = (isOpen: boolean) => [...next].filter(([, open]) => open === isOpen).map(([id]) => id);
      if (next.size > mostIds) {
        setOverflow(next);
        change({ closed: undefined, opened: undefined });
      } else {
        setOverflow(undefined);
        change({ closed: ids(false).join(','), opened: ids(true).join(',') });
      }
    },
    [change],
  );
  const setDepth = useCallback(
    (next: number | undefined) => {
      setOverflow(undefined);
      change({ depth: next === undefined ? undefined : String(next), closed: undefined, opened: undefined });
    },
    [change],
  );
  const types = useMemo(() => {
    const named = idsOf(typesText).filter((type): type is SpanType => spanTypes.includes(type as SpanType));
    return named.length === 0 ? undefined : new Set(named);
  }, [typesText]);

  return {
    search,
    change,
    selected: search['span'] ?? traceNodeId,
    select: useCallback((id: string | undefined) => change({ span: id === traceNodeId ? undefined : id }), [change]),
    window: useMemo(() => windowFromText(t), [t]),
    setWindow: useCallback(
      (window: TimeWindow | undefined) => change({ t: window === undefined ? undefined : windowToText(window) }),
      [change],
    ),
    openness,
    setOverrides,
    setDepth,
    types,
    hasCriticalPath: search['path'] === 'critical',
    foldsGaps: search['gaps'] === 'folded',
    isOnlyMatches: search['show'] === 'matches',
    needle: search['q'] ?? '',
  };
}

export type TraceState = ReturnType<typeof useTraceState>;

const idsOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((id) => id !== '');
