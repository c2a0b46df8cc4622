import { type ComponentType, createElement, lazy, useState } from 'react';
import { queryClient } from '../../api/queries.ts';

export interface LazyPart<Props> {
  readonly Part: ComponentType<Props>;
  /** Begins to load it: somebody is about to open it. */
  readonly prepare: () => void;
}

/** A part of a page that no page shows at once, a layer or a tab: its code is no part of the first load. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  let loaded: ComponentType<Props> | undefined;
  const loadOnce = async () => {
    loaded ??= await load();
    return { default: loaded };
  };
  const Awaited = lazy(loadOnce);
  const prepare = () => void loadOnce().catch(() => {});
  whenAtRest(prepare);
  return {
    // What is there is drawn at once. React waits for a lazy component that has arrived too, and shows for 300 ms what it has
    // begun to show instead of it.
    Part(props) {
      const [Drawn] = useState<ComponentType<Props>>(() => loaded ?? Awaited);
      return createElement(Drawn, props);
    },
    prepare,
  };
}

const restMs = 1_000;

/** Once the page has what it shows: then the part opens at once, and no key typed into it is lost. */
function whenAtRest(act: () => void): void {
  setTimeout(() => (queryClient.isFetching() === 0 ? act() : whenAtRest(act)), restMs);
}
