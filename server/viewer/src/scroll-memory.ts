import { NewestMap } from './newest-map.ts';

/** Where a list was scrolled to, by its place in the history: Back shows it as it was left. */
const offsets = new NewestMap<number>(50);

// The router gives each history entry a key of its own.
const entryKey = (): string => `${history.state?.key ?? ''} ${location.pathname}`;

export const keptScroll = (): number => offsets.get(entryKey()) ?? 0;

export const keepScroll = (offset: number): void => offsets.keep(entryKey(), offset);

/** Takes along where the page is scrolled to when its step in the history is replaced, and thereby gets another key. */
export function carryScroll(replace: () => void): void {
  const offset = keptScroll();
  replace();
  keepScroll(offset);
}
