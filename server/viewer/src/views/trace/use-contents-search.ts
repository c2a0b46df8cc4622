import { useEffect, useMemo, useState } from 'react';
import { formatBytes, formatExact } from '../../model/format.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { usePageSession } from '../../session-context.ts';
import type { ContentsAnswer } from './contents-search.worker.ts';

export interface ContentsSearch {
  /** What is going on: "Searched 1,200 spans…"; undefined when it is done. */
  readonly progress: string | undefined;
  readonly matchesIn: (tree: SpanTree) => ReadonlySet<number> | undefined;
}

const restMs = 400;

/** Searches what was sent and answered in every span: in a worker that reads the trace with its payloads, page by page. */
export function useContentsSearch(traceId: string, needle: string, isWanted: boolean): ContentsSearch {
  const { key } = usePageSession();
  const [answer, setAnswer] = useState<ContentsAnswer>();
  const wanted = isWanted ? needle.trim() : '';
  useEffect(() => {
    setAnswer(undefined);
    if (wanted === '') return;
    let giveUp: () => void = () => {};
    let isLeft = false;
    const timer = setTimeout(async () => {
      // No part of the first load: nobody searches payloads before a trace is there.
      const { searchContents } = await import('./contents-search.ts');
      if (!isLeft) giveUp = searchContents(key, traceId, wanted, setAnswer);
    }, restMs);
    return () => {
      isLeft = true;
      clearTimeout(timer);
      giveUp();
    };
  }, [traceId, wanted, key]);

  return useMemo(
    () => ({
      progress:
        wanted === '' || answer?.isDone === true
          ? answer?.isCut === true
            ? `stopped at ${formatBytes(answer.bytes)}`
            : undefined
          : `searched ${formatExact(answer?.searched ?? 0)} spans…`,
      matchesIn: (tree) => {
        if (wanted === '') return undefined;
        const nodes = (answer?.spanIds ?? []).map((id) => tree.indexOf.get(id));
        return new Set(nodes.filter((node) => node !== undefined));
      },
    }),
    [wanted, answer],
  );
}
