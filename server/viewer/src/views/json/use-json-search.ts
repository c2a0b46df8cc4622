import { useEffect, useMemo, useState } from 'react';
import { formatExact } from '../../model/format.ts';
import type { JsonRow } from '../../model/json-rows.ts';
import { type JsonMatches, type JsonSearch, mostMatches, searchJson } from '../../model/search-json.ts';

const restMs = 200;

/** What is searched for in a JSON value, and what was found so far. */
export function useJsonSearch(value: unknown) {
  const [asked, setAsked] = useState<JsonSearch>({ needle: '', isCaseSensitive: false, isWholeWord: false });
  const [matches, setMatches] = useState<JsonMatches>();
  const [at, setAt] = useState(-1);
  useEffect(() => {
    setMatches(undefined);
    setAt(-1);
    if (asked.needle === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void searchJson(value, asked, abort.signal).then((found) => {
        if (!abort.signal.aborted) setMatches(found);
      });
    }, restMs);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [value, asked]);
  const paths = useMemo(() => new Set(matches?.paths), [matches]);
  const count = matches?.paths.length ?? 0;
  return {
    asked,
    ask: (change: Partial<JsonSearch>) => setAsked({ ...asked, ...change }),
    isMatch: (row: JsonRow) => row.rest === undefined && paths.has(row.path),
    status: asked.needle === '' ? '' : statusOf(matches, at),
    /** The path of the next match, or of the one before. */
    step: (by: 1 | -1): string | undefined => {
      if (count === 0) return undefined;
      const next = at < 0 && by < 0 ? count - 1 : (at + by + count) % count;
      setAt(next);
      return matches?.paths[next];
    },
  };
}

function statusOf(matches: JsonMatches | undefined, at: number): string {
  if (matches === undefined) return 'searching…';
  const found = matches.isCut ? `more than ${formatExact(mostMatches)}` : formatExact(matches.paths.length);
  return at < 0 ? `${found} found` : `${formatExact(at + 1)} of ${found}`;
}
