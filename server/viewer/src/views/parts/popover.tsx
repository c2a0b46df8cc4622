import { type ReactElement, type ReactNode, Suspense } from 'react';
import { lazyPart } from './lazy-part.ts';
import { useLayerTrigger } from './use-layer-trigger.ts';

interface PopoverProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  /** Its name for those who do not see it. */
  readonly label: string;
  readonly className: string | undefined;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

const { Part: Layer, prepare } = lazyPart(() => import('./popover-layer.tsx').then((module) => module.PopoverLayer));

/** A small form beside the button that opens it. */
export function Popover({ trigger, label, className, isOpen, onOpen, children }: PopoverProps) {
  const { button, layer } = useLayerTrigger({ trigger, kind: 'dialog', isOpen, onOpen, prepare });
  return (
    <>
      {button}
      {layer !== undefined && (
        <Suspense fallback={null}>
          <Layer {...layer} label={label} className={className}>
            {children}
          </Layer>
        </Suspense>
      )}
    </>
  );
}
