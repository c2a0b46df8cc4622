import { useSyncExternalStore } from 'react';

/** Whether a media query holds, now and when that changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

export const usePhone = (): boolean => useMedia('(max-width: 639px)');

/** A finger rather than a mouse: rows are taller. The pointer decides, never the size of a box. */
export const useCoarsePointer = (): boolean => useMedia('(pointer: coarse)');
