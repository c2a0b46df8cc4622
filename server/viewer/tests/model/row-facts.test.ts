import { describe, expect, it } from 'vitest';
import { durationText, shownEnd, skewText } from '../../src/model/row-facts.ts';
import { buildSpanTree } from '../../src/model/span-tree.ts';
import { aSpan, aTrace, startMs } from './any-spans.ts';

const minuteMs = 60_000;

/** A span that has not ended. */
const running = (id: string, from: number, parent?: string) => {
  const { end_time: _, ...span } = aSpan(id, from, from, parent);
  return { ...span, status: 'running' as const };
};

const { end_time: _, ...runningTrace } = aTrace(0);

describe('where a span ends on the page', () => {
  it('is now while it runs, and its time is told in seconds', () => {
    const tree = buildSpanTree(runningTrace, [running('a', 500)], startMs + 12_600);

    expect(shownEnd(tree, 1, startMs + 12_600)).toEqual({ ms: 12_600, state: 'running' });
    expect(durationText(tree, 1, startMs + 12_600)).toBe('running 12.0 s');
  });

  it('is that of its last descendant once its parent has ended: no end will come', () => {
    const spans = [aSpan('p', 0, 900), running('lost', 100, 'p'), aSpan('child', 150, 300, 'lost')];
    const tree = buildSpanTree(aTrace(1000), spans, startMs + minuteMs);

    expect(shownEnd(tree, 2, startMs + minuteMs)).toEqual({ ms: 300, state: 'endless' });
    expect(durationText(tree, 2, startMs + minuteMs)).toBe('no end received');
  });

  it('is not awaited for longer than ten minutes without news', () => {
    const tree = buildSpanTree(runningTrace, [running('a', 0), aSpan('child', 0, 1000, 'a')], startMs + minuteMs);

    expect(shownEnd(tree, 1, startMs + 10 * minuteMs).state).toBe('running');
    expect(shownEnd(tree, 1, startMs + 11 * minuteMs)).toEqual({ ms: 1000, state: 'endless' });
  });
});

describe('a child outside its parent', () => {
  it('is said to be by more than a millisecond only', () => {
    const spans = [aSpan('p', 100, 200), aSpan('near', 99.5, 200.5, 'p'), aSpan('early', 60, 150, 'p')];
    const tree = buildSpanTree(aTrace(1000), spans, startMs);
    const skewOf = (id: string) => skewText(tree, tree.indexOf.get(id) ?? -1);

    expect(skewOf('near')).toBe(undefined);
    expect(skewOf('early')).toBe('Starts 40.0 ms before its parent. The two clocks may differ.');
  });
});
