import { Suspense } from 'react';
import type { DialogProps } from './dialog-layer.tsx';
import { lazyPart } from './lazy-part.ts';

const { Part: Layer } = lazyPart(() => import('./dialog-layer.tsx').then((module) => module.DialogLayer));

/** A layer over the page. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <Layer {...props} />
    </Suspense>
  );
}
