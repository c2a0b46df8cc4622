import { lazy, Suspense } from 'react';
import type { DialogProps } from './dialog-layer.tsx';

const load = () => import('./dialog-layer.tsx').then((module) => ({ default: module.DialogLayer }));
const DialogLayer = lazy(load);
// When the page rests, so that the first layer opens at once and no key typed into it is lost.
setTimeout(() => void load(), 1_000);

/** A layer over the page. What it needs is no part of the first load: no page shows one at once. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <DialogLayer {...props} />
    </Suspense>
  );
}
