import { lazy, Suspense } from 'react';
import type { DialogProps } from './dialog-layer.tsx';

const DialogLayer = lazy(() => import('./dialog-layer.tsx').then((module) => ({ default: module.DialogLayer })));

/** A layer over the page. What it needs is loaded when the first one opens: no page shows one at once. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <DialogLayer {...props} />
    </Suspense>
  );
}
