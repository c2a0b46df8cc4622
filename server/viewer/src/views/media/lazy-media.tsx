import { Suspense } from 'react';
import { lazyPart } from '../parts/lazy-part.ts';
import type { MediaProps } from './media.tsx';

const { Part } = lazyPart(() => import('./media.tsx').then((module) => module.Media));

/** {@link MediaProps | Media} for what shows text first, and pictures only where they come. */
export function LazyMedia(props: MediaProps) {
  return (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
}
