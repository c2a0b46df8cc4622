import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { queryClient } from '../../api/queries.ts';

export interface LazyPart<Props> {
  readonly Part: LazyExoticComponent<ComponentType<Props>>;
  /** Begins to load it: somebody is about to open it. */
  readonly prepare: () => void;
}

/** A part of a page that no page shows at once, a layer or a tab: its code is no part of the first load. */
export function lazyPart<Props>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  const prepare = () => void load().catch(() => {});
  whenAtRest(prepare);
  return { Part: lazy(async () => ({ default: await load() })), prepare };
}

const restMs = 1_000;

/** Once the page has what it shows: then the part opens at once, and no key typed into it is lost. */
function whenAtRest(act: () => void): void {
  setTimeout(() => (queryClient.isFetching() === 0 ? act() : whenAtRest(act)), restMs);
}
