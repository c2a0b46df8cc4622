import type { KyInstance } from 'ky';
import type { IngestAnswer } from '../schema/ingest.ts';
import type { Packer } from './batcher.ts';
import type { Block, Body } from './block.ts';
import { availableCompressions, type Compression, type Encoding } from './compression.ts';
import { nodeFetch } from './node-fetch.ts';
import type { SendOutcome, Transport } from './transport.ts';

/** What requests need to know. */
export interface HttpTransportOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Milliseconds one request may take. */
  readonly requestTimeoutMs: number;
  readonly elapsed: () => number;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** @default what the runtime has */
  readonly compressions?: readonly Compression[] | undefined;
}

// A smaller body travels in one packet anyway.
const compressFromBytes = 1024;

let ky: KyInstance | undefined;

/** Statuses that say nothing about the batch: the same request may succeed later. */
const isTransient = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/** A transport over HTTP: one request a batch, its outcome told by the status. It never tries again by itself. */
export class HttpTransport implements Transport, Packer {
  readonly #options: HttpTransportOptions;
  readonly #underWay = new Set<AbortController>();
  #isClosed = false;
  #known: readonly Compression[] | undefined;
  /** Encodings that the server does not know. */
  readonly #refused = new Set<Encoding>();

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  async send(block: Block, deadline: number, signal?: AbortSignal): Promise<SendOutcome> {
    try {
      await this.pack(block);
      return await this.#attempt(block, deadline, signal);
    } catch (error) {
      return retry(messageOf(error), { isBlocked: this.#isClosed });
    }
  }

  /** Compresses the body, in a way that the server knows. */
  async pack(block: Block): Promise<void> {
    const { bytes, encoding } = block.body as Body;
    if (encoding !== undefined && this.#refused.has(encoding)) await this.unpack(block);
    else if (encoding !== undefined || bytes.length < compressFromBytes) return;
    const compression = this.#compressions.find((candidate) => !this.#refused.has(candidate.encoding));
    // Should it fail, the block travels as it is.
    if (compression !== undefined) await block.compress(compression).catch(() => {});
  }

  async unpack(block: Block): Promise<void> {
    await block.expand(this.#compressions);
  }

  close(): void {
    this.#isClosed = true;
    for (const controller of this.#underWay) controller.abort(new Error('the tracer was closed'));
  }

  /** How a request is made where this transport cannot make it any more. */
  get request(): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
    const { url, apiKey } = this.#options;
    return { url: `${url}/api/ingest`, headers: { 'content-type': 'application/json', 'x-api-key': apiKey } };
  }

  get #compressions(): readonly Compression[] {
    this.#known ??= this.#options.compressions ?? availableCompressions();
    return this.#known;
  }

  async #attempt(block: Block, deadline: number, outer: AbortSignal | undefined): Promise<SendOutcome> {
    const { encoding } = block.body as Body;
    const { status, outcome } = await this.#withinTime(deadline, outer, async (signal) => {
      const response = await this.#post(block.body as Body, signal);
      return { status: response.status, outcome: await this.#outcomeOf(block, response) };
    });
    if (status !== 415 || encoding === undefined) return outcome;
    this.#refused.add(encoding);
    await this.pack(block);
    return this.#attempt(block, deadline, outer);
  }

  /** Holds over the whole exchange: ky's own timeout ends when the head of the answer is there. */
  async #withinTime<Result>(
    deadline: number,
    outer: AbortSignal | undefined,
    exchange: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (this.#isClosed) throw new Error('the tracer was closed');
    const timeoutMs = Math.min(this.#options.requestTimeoutMs, deadline - this.#options.elapsed());
    const controller = new AbortController();
    const { signal } = controller;
    const giveUp = (): void => controller.abort(outer?.reason);
    outer?.addEventListener('abort', giveUp);
    const expire = (): void => controller.abort(new Error(`no answer within ${Math.ceil(timeoutMs)} ms`));
    const timer = setTimeout(expire, timeoutMs);
    // The open socket keeps the process alive; when it is gone there is nothing to time.
    (timer as { unref?: () => void }).unref?.();
    this.#underWay.add(controller);
    try {
      // A fetch that was given by the user may not listen to the signal.
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return await Promise.race([exchange(signal), aborted]);
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
      this.#underWay.delete(controller);
    }
  }

  async #post({ bytes, encoding }: Body, signal: AbortSignal): Promise<Response> {
    const { fetch } = this.#options;
    const { url, headers } = this.request;
    // With the first request: loading it, and the runtime's fetch with it, takes most of what an import of the SDK would.
    ky ??= (await import('ky')).default;
    const ownFetch = fetch === undefined ? nodeFetch(bytes) : undefined;
    return ky.post(url, {
      // Given to ky as well, the bytes would be copied.
      ...(ownFetch === undefined ? { body: bytes } : { fetch: ownFetch }),
      headers: encoding === undefined ? headers : { ...headers, 'content-encoding': encoding },
      retry: 0,
      timeout: false,
      throwHttpErrors: false,
      // A redirect of a POST would arrive as a GET, or hand the key to another host.
      redirect: 'manual',
      signal,
      ...(fetch === undefined ? {} : { fetch }),
    });
  }

  async #outcomeOf(block: Block, response: Response): Promise<SendOutcome> {
    const { status } = response;
    // Read to the end in every case: an unread body would keep its connection from being used again.
    const text = await response.text();
    if (status === 200) return this.#acceptedOf(block, text);

    const detail = `the server answered ${status}: ${detailOf(text)}`;
    if (status === 401 || status === 403) return retry(detail, { isBlocked: true });
    if (isTransient(status)) return retry(detail, { retryAfterMs: retryAfterOf(response) });
    return { kind: 'refused', detail, isTooLarge: status === 413 };
  }

  async #acceptedOf(block: Block, text: string): Promise<SendOutcome> {
    const answer = answerOf(text);
    if (answer === undefined || answer.accepted + answer.rejected.length !== block.size) {
      // A portal, a proxy, a wrong address: whoever it was, nobody has promised to keep the records.
      return retry(`the answer is not that of an LLM Tracer server: ${text.slice(0, 100)}`);
    }
    if (answer.rejected.every(({ id }) => id !== undefined)) return { kind: 'accepted', rejected: answer.rejected };
    // An element whose id could not be read on the way. Ours has one.
    await this.unpack(block);
    const { records } = block;
    const rejected = answer.rejected.map((element) => ({
      ...element,
      id: element.id ?? records.filter(({ kind }) => kind === element.kind)[element.index]?.id,
    }));
    return { kind: 'accepted', rejected };
  }
}

const messageOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  const reason = (cause as { code?: unknown; message?: unknown } | undefined)?.code ?? (cause as Error)?.message;
  return reason === undefined ? String(message) : `${message} (${String(reason)})`;
};

const retry = (detail: string, more: { retryAfterMs?: number | undefined; isBlocked?: boolean } = {}): SendOutcome => ({
  kind: 'retry',
  detail,
  ...more,
});

/** The server's own words out of a problem document, else the beginning of whatever it sent. */
const detailOf = (text: string): string => {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown };
    return String(detail ?? title ?? text).slice(0, 300);
  } catch {
    return text.slice(0, 100).trim() || 'nothing';
  }
};

const answerOf = (text: string): IngestAnswer | undefined => {
  try {
    const answer = JSON.parse(text) as IngestAnswer;
    return typeof answer.accepted === 'number' && Array.isArray(answer.rejected) ? answer : undefined;
  } catch {
    return undefined;
  }
};

/** `Retry-After` in milliseconds: seconds or a date. */
const retryAfterOf = (response: Response): number | undefined => {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  const sentAt = Date.parse(response.headers.get('date') ?? '');
  // Measured by the server's own clock: ours may differ.
  return Number.isNaN(at) || Number.isNaN(sentAt) ? undefined : Math.max(at - sentAt, 0);
};
