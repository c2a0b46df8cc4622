import {
  cloneElement,
  type FocusEvent,
  type PointerEvent,
  type ReactElement,
  type SyntheticEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import styles from './tooltip.module.css';

interface TooltipProps {
  readonly text: string;
  /** What it belongs to: one element that takes focus, or is described elsewhere too. */
  readonly children: ReactElement<Record<string, unknown>>;
}

/** A pointer that only passes by opens nothing. */
const openAfterMs = 600;
/** Time to move from the thing to its tooltip, which stays while it is pointed at. */
const closeAfterMs = 150;

/**
 * More about a thing, on hover and on focus; Escape closes it. Never the only place where something is said. Our own, as every
 * page shows buttons with tooltips at once, and those of the library bring 30 kB of placing and hovering into the first load.
 */
export function Tooltip({ text, children }: TooltipProps) {
  const [anchor, setAnchor] = useState<Element>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const later = (next: Element | undefined, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(setAnchor, ms, next);
  };
  const close = () => later(undefined, 0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (anchor === undefined) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      // The innermost layer alone: what is under it stays.
      event.stopPropagation();
      event.preventDefault();
      setAnchor(undefined);
    };
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [anchor]);

  const own = children.props;
  const also =
    <Event extends SyntheticEvent>(name: string, act: (event: Event) => void) =>
    (event: Event) => {
      (own[name] as ((event: Event) => void) | undefined)?.(event);
      act(event);
    };
  return (
    <>
      {cloneElement(children, {
        onPointerEnter: also('onPointerEnter', ({ pointerType, currentTarget }: PointerEvent) => {
          if (pointerType !== 'touch') later(currentTarget, openAfterMs);
        }),
        onPointerLeave: also('onPointerLeave', () => later(undefined, closeAfterMs)),
        onPointerDown: also('onPointerDown', close),
        onFocus: also('onFocus', ({ currentTarget }: FocusEvent) => {
          if (currentTarget.matches(':focus-visible')) later(currentTarget, 0);
        }),
        onBlur: also('onBlur', close),
      })}
      {anchor !== undefined &&
        createPortal(
          <Bubble
            text={text}
            anchor={anchor}
            onStay={() => later(anchor, 0)}
            onLeave={() => later(undefined, closeAfterMs)}
          />,
          document.body,
        )}
    </>
  );
}

interface BubbleProps {
  readonly text: string;
  readonly anchor: Element;
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

const gap = 6;

function Bubble({ text, anchor, onStay, onLeave }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bubble.current === null) return;
    const place = anchor.getBoundingClientRect();
    const { width, height } = bubble.current.getBoundingClientRect();
    const left = Math.min(place.left + place.width / 2 - width / 2, innerWidth - width - gap);
    const isRoomBelow = place.bottom + gap + height <= innerHeight;
    const top = isRoomBelow ? place.bottom + gap : place.top - gap - height;
    bubble.current.style.translate = `${Math.max(gap, left)}px ${top}px`;
  }, [anchor]);
  return (
    // The button's name says the same to those who do not see it.
    <div ref={bubble} className={styles.tooltip} aria-hidden onPointerEnter={onStay} onPointerLeave={onLeave}>
      {text}
    </div>
  );
}
