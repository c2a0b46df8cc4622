import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paceHistory } from '../../src/paced-history.ts';

/** A history that tells what was written to it, paced. */
function pacedHistory() {
  const written: string[] = [];
  const history = {
    replaceState: (_state: unknown, _title: string, address: string) => void written.push(address),
    pushState: (_state: unknown, _title: string, address: string) => void written.push(`push ${address}`),
  } as unknown as History;
  const page = new EventTarget();
  paceHistory(history, page);
  return {
    written,
    page,
    replace: (to: string) => history.replaceState({}, '', to),
    push: (to: string) => history.pushState({}, '', to),
  };
}

/** As many changes as leave no room. */
const fill = (replace: (to: string) => void) => {
  for (let at = 0; at < 30; at++) replace(`fill ${at}`);
};

describe('the changes of an address', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are written at once while they are few', () => {
    const { written, replace } = pacedHistory();

    replace('a');
    replace('b');

    expect(written).toEqual(['a', 'b']);
  });

  it('are fewer than 100 in ten seconds however many are asked for, and the last is written', () => {
    const { written, replace } = pacedHistory();

    for (let frame = 0; frame < 600; frame++) {
      replace(`frame ${frame}`);
      vi.advanceTimersByTime(1000 / 60);
    }
    expect(written.length).toBeLessThan(100);
    vi.advanceTimersByTime(200);

    expect(written.at(-1)).toBe('frame 599');
  });

  it('have room again after a while, and nothing runs on', () => {
    const { written, replace } = pacedHistory();
    fill(replace);

    vi.advanceTimersByTime(10_000);
    replace('later');

    expect(written.at(-1)).toBe('later');
    vi.advanceTimersByTime(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are written to the entry that they are of before another follows', () => {
    const { written, replace, push } = pacedHistory();
    fill(replace);
    replace('of this entry');

    push('next');

    expect(written.slice(-2)).toEqual(['of this entry', 'push next']);
  });

  it('are written before the page is left, and dropped when its entry was left by Back', () => {
    const left = pacedHistory();
    fill(left.replace);
    left.replace('last');
    left.page.dispatchEvent(new Event('pagehide'));
    expect(left.written.at(-1)).toBe('last');

    const back = pacedHistory();
    fill(back.replace);
    back.replace('too late');
    back.page.dispatchEvent(new Event('popstate'));
    vi.advanceTimersByTime(1000);
    expect(back.written).not.toContain('too late');
  });
});
