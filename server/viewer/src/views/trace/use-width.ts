import { useState } from 'react';
import { setPreferences, usePreferences } from '../../preferences.ts';

/** How wide a part of the page is, as a person has made it. */
export interface Width {
  readonly value: number;
  /** While it is dragged. */
  readonly drag: (value: number) => void;
  /** Remembers it, in this browser. */
  readonly keep: (value: number) => void;
}

/** A width that this browser remembers; `standard` until somebody has chosen one. It is within the limits that the page has now. */
export function useWidth(name: 'panelPercent' | 'treePx', standard: number, least: number, most: number): Width {
  const remembered = usePreferences()[name];
  const [dragged, setDragged] = useState<number>();
  return {
    value: Math.max(least, Math.min(most, dragged ?? remembered ?? standard)),
    drag: setDragged,
    keep: (value) => {
      setPreferences({ [name]: value });
      setDragged(undefined);
    },
  };
}
