import { useEffect, useMemo, useState } from 'react';
import { basePath } from '../../base-path.ts';
import { formatBytes, formatExact } from '../../model/format.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { usePageSession } from '../../session-context.ts';
import type { ContentsAnswer, ContentsQuestion } from './contents-search.worker.ts';

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
    const worker = new Worker(new URL('./contents-search.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<ContentsAnswer>) => setAnswer(data);
    const timer = setTimeout(() => {
      const address = `${location.origin}${basePath}/api/traces/${encodeURIComponent(traceId)}`;
      worker.postMessage({ address, key: key.key, needle: wanted } satisfies ContentsQuestion);
    }, restMs);
    return () => {
      clearTimeout(timer);
      worker.terminate();
    };
  }, [traceId, wanted, key.key]);

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
