import {
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type RefObject,
  useId,
  useRef,
} from 'react';

/** Why and by what a layer asks to be closed, as Base UI tells it. */
interface ChangeDetails {
  readonly reason: string;
  readonly event: Event;
  readonly cancel: () => void;
}

/** What a layer is told by the button that opens it. */
export interface LayerTrigger {
  readonly anchor: RefObject<HTMLElement | null>;
  /** The id of the button, which names the layer. */
  readonly labelId: string;
  readonly isOpen: boolean;
  readonly isByKeyboard: boolean;
  readonly onOpenChange: (isOpen: boolean, details: ChangeDetails) => void;
}

interface LayerTriggerOptions {
  /** The button. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly kind: 'menu' | 'dialog';
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly prepare: () => void;
}

/**
 * Makes a button open a layer whose code may not be there yet. The button is ours and not the library's, so that it stays
 * the same element, with its focus, when the layer comes.
 */
export function useLayerTrigger({ trigger, kind, isOpen, onOpen, prepare }: LayerTriggerOptions) {
  const anchor = useRef<HTMLElement>(null);
  const hasOpened = useRef(false);
  const isByKeyboard = useRef(false);
  const labelId = useId();
  if (isOpen) hasOpened.current = true;

  const toggle = (isKeyboard: boolean) => {
    isByKeyboard.current = isKeyboard;
    // Safari gives no focus to a button that is clicked, and the layer gives it back to what had it.
    anchor.current?.focus();
    onOpen(!isOpen);
  };
  const button = cloneElement(trigger, {
    ref: anchor,
    id: labelId,
    'aria-haspopup': kind,
    'aria-expanded': isOpen,
    onPointerEnter: prepare,
    onFocus: prepare,
    // A click that no pointer made is of Enter, Space or a screen reader.
    onClick: ({ detail }: MouseEvent) => toggle(detail === 0),
    onKeyDown: (event: KeyboardEvent) => {
      if (kind !== 'menu' || isOpen || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
      event.preventDefault();
      toggle(true);
    },
  });

  const layer: LayerTrigger = {
    anchor,
    labelId,
    isOpen,
    isByKeyboard: isByKeyboard.current,
    onOpenChange: (next, { reason, event, cancel }) => {
      // Pressing the button again is for the button to answer, which would open what was closed a moment before.
      const place = reason === 'focus-out' ? (event as FocusEvent).relatedTarget : event.target;
      if (['outside-press', 'focus-out'].includes(reason) && anchor.current?.contains(place as Node | null)) cancel();
      else onOpen(next);
    },
  };
  // Once opened it stays, so that it can leave as it came.
  return { button, layer: hasOpened.current ? layer : undefined };
}
