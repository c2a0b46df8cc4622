import { TraceAnswer } from 'llm-tracer/schema';
import { useEffect, useMemo, useState } from 'react';
import type { AcceptedKey } from '../../api/keys.ts';
import { request } from '../../api/request.ts';
import { basePath } from '../../base-path.ts';
import { isFile } from '../../file/opened-files.ts';
import { formatBytes, formatExact } from '../../model/format.ts';
import { holds } from '../../model/holds-text.ts';
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
    // A worker cannot ask an opened file, which answers this page only; and a file is read in a worker already.
    if (isFile(key.key)) return searchFile(key, traceId, wanted.toLowerCase(), setAnswer);
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

const filePageSize = 100;

/** The same search over a trace of an opened file. The returned function gives up. */
function searchFile(
  key: AcceptedKey,
  traceId: string,
  needle: string,
  onAnswer: (answer: ContentsAnswer) => void,
): () => void {
  const abort = new AbortController();
  const spanIds: string[] = [];
  const read = async (cursor: string | undefined, searched: number): Promise<void> => {
    const page = await request(`/api/traces/${encodeURIComponent(traceId)}`, TraceAnswer, {
      key: key.key,
      query: { limit: filePageSize, cursor },
      signal: abort.signal,
    });
    if (abort.signal.aborted) return;
    for (const span of page.spans) if (holds(span, needle)) spanIds.push(span.span_id);
    const next = page.has_more ? (page.next_cursor ?? undefined) : undefined;
    const total = searched + page.spans.length;
    onAnswer({ spanIds: [...spanIds], searched: total, bytes: 0, isDone: next === undefined, isCut: false });
    if (next !== undefined) await read(next, total);
  };
  const timer = setTimeout(() => void read(undefined, 0).catch(() => {}), restMs);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
