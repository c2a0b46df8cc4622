import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { carryScroll } from './scroll-memory.ts';

/** What stands behind the `?` of a page: flat names and texts, as in a call of the API. */
export type Search = Readonly<Record<string, string>>;

/** Reads a query string. Of a name that is repeated, the last counts. */
export const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text));

/** Writes a query string that a person can read: only what would change its meaning is escaped. */
export function formatSearch(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${readable(name)}=${readable(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const readable = (text: string): string =>
  // A lone surrogate has no place in an address; names of payloads may hold one.
  encodeURIComponent(text.toWellFormed()).replace(/%(2C|3A|2F|40|24|3B)/g, (code) => decodeURIComponent(code));

export interface UrlState {
  readonly search: Search;
  /**
   * Changes some names and keeps the others; undefined or an empty text removes one. `push` makes a step that Back takes
   * back: for a committed filter or a tab. Without it the step is replaced: for a moved selection, zoom, typing.
   */
  readonly change: (patch: Readonly<Record<string, string | undefined>>, how?: 'push' | 'replace') => void;
}

/** The state of the page that its address holds. */
export function useUrlState(): UrlState {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const { history } = useRouter();
  const change = useCallback<UrlState['change']>(
    (patch, how = 'replace') => {
      const go = () => {
        void navigate({
          to: '.',
          search: (before: Search) => withChanges(before, patch),
          replace: how === 'replace',
          resetScroll: false,
        } as never);
        // Steps of one turn are put together by the router's history: the page that is opened next would take this one's place.
        history.flush();
      };
      if (how === 'replace') carryScroll(go);
      else go();
    },
    [navigate, history],
  );
  return { search, change };
}

/** `search` with some names changed or, where undefined or empty, left out. */
function withChanges(search: Search, patch: Readonly<Record<string, string | undefined>>): Search {
  const merged = { ...search, ...patch };
  return Object.fromEntries(
    Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
  );
}
