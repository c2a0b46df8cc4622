import { Suspense } from 'react';
import { lazyPart } from '../parts/lazy-part.ts';
import type { JsonViewProps } from './json-view.tsx';

const { Part } = lazyPart(() => import('./json-view.tsx').then((module) => module.JsonView));

/** {@link JsonView} for what shows text first, and JSON only where it comes. */
export function LazyJsonView(props: JsonViewProps) {
  return (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
}
