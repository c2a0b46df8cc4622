import { type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { lazyPart } from './lazy-part.ts';
import { useLayerTrigger } from './use-layer-trigger.ts';

export interface MenuAction {
  readonly label: ReactNode;
  readonly run: () => void;
  /** The key that does the same. */
  readonly keys?: string;
  /** Why it cannot be done now: it is greyed, and this is its description. */
  readonly refusal?: string | undefined;
  readonly isChosen?: boolean;
}

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly actions: readonly (MenuAction | 'separator')[];
  readonly align?: 'start' | 'end';
}

const { Part: Layer, prepare } = lazyPart(() => import('./menu-layer.tsx').then((module) => module.MenuLayer));

/** A list of things to do, opened by a button. */
export function Menu({ trigger, actions, align = 'start' }: MenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { button, layer } = useLayerTrigger({ trigger, kind: 'menu', isOpen, onOpen: setIsOpen, prepare });
  return (
    <>
      {button}
      {layer !== undefined && (
        <Suspense fallback={null}>
          <Layer {...layer} actions={actions} align={align} />
        </Suspense>
      )}
    </>
  );
}
