import { holds } from '../../model/holds-text.ts';

/** What to search. */
export interface ContentsQuestion {
  /** `/api/traces/{id}` of the trace. */
  readonly address: string;
  readonly key: string | undefined;
  readonly needle: string;
}

/** What was found so far; sent after each page. */
export interface ContentsAnswer {
  readonly spanIds: readonly string[];
  readonly searched: number;
  readonly bytes: number;
  readonly isDone: boolean;
  /** Whether it stopped because it had read too much. */
  readonly isCut: boolean;
}

const pageSize = 100;
const mostBytes = 256_000_000;

interface Page {
  readonly spans: readonly { readonly span_id: string }[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

self.onmessage = async ({ data: { address, key, needle } }: MessageEvent<ContentsQuestion>) => {
  const wanted = needle.toLowerCase();
  const spanIds: string[] = [];
  let searched = 0;
  let bytes = 0;
  let cursor: string | null = null;
  const tell = (isDone: boolean, isCut = false) =>
    self.postMessage({ spanIds: [...spanIds], searched, bytes, isDone, isCut } satisfies ContentsAnswer);
  for (;;) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === null ? {} : { cursor }) });
    const response = await fetch(`${address}?${query}`, { headers: key === undefined ? {} : { 'X-API-Key': key } });
    if (!response.ok) return tell(true);
    const text = await response.text();
    bytes += text.length;
    const page = JSON.parse(text) as Page;
    for (const span of page.spans) {
      searched++;
      if (holds(span, wanted)) spanIds.push(span.span_id);
    }
    if (!page.has_more || page.next_cursor === null) return tell(true);
    if (bytes > mostBytes) return tell(true, true);
    cursor = page.next_cursor;
    tell(false);
  }
};
