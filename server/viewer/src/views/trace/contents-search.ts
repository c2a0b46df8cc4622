import { TraceAnswer } from 'llm-tracer/schema';
import type { AcceptedKey } from '../../api/keys.ts';
import { request } from '../../api/request.ts';
import { basePath } from '../../base-path.ts';
import { isFile } from '../../file/opened-files.ts';
import { holds } from '../../model/holds-text.ts';
import type { ContentsAnswer, ContentsQuestion } from './contents-search.worker.ts';

/** Searches what was sent and answered in every span of a trace, page by page. The returned function gives up. */
export function searchContents(
  key: AcceptedKey,
  traceId: string,
  needle: string,
  onAnswer: (answer: ContentsAnswer) => void,
): () => void {
  // A worker cannot ask an opened file, which answers this page only; and a file is read in a worker already.
  if (isFile(key.key)) return searchFile(key, traceId, needle.toLowerCase(), onAnswer);
  const worker = new Worker(new URL('./contents-search.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<ContentsAnswer>) => {
    onAnswer(data);
    if (data.isDone) worker.terminate();
  };
  const address = `${location.origin}${basePath}/api/traces/${encodeURIComponent(traceId)}`;
  worker.postMessage({ address, key: key.key, needle } satisfies ContentsQuestion);
  return () => worker.terminate();
}

const filePageSize = 100;

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
  void read(undefined, 0).catch(() => {});
  return () => abort.abort();
}
