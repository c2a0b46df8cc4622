import type { KyInstance } from 'ky';
import type { IngestAnswer } from '../schema/ingest.ts';
import { encodeBody, type Sender } from './body.ts';
import { availableCompressions, type Compression } from './compression.ts';
import type { Batch, Rejection, SendOutcome, Transport } from './transport.ts';

/** What requests need to know. */
export interface HttpTransportOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly sender: Sender;
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
export class HttpTransport implements Transport {
  readonly #options: HttpTransportOptions;
  readonly #underWay = new Set<AbortController>();
  #isClosed = false;
  #compressions: readonly Compression[] | undefined;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  async send(batch: Batch, deadline: number): Promise<SendOutcome> {
    try {
      const body = encodeBody(batch, this.#options.sender);
      return await this.#attempt(batch, body, deadline);
    } catch (error) {
      return retry(batch, messageOf(error), { isBlocked: this.#isClosed });
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const controller of this.#underWay) controller.abort(new Error('the tracer was closed'));
  }

  async #attempt(batch: Batch, body: Uint8Array<ArrayBuffer>, deadline: number): Promise<SendOutcome> {
    this.#compressions ??= this.#options.compressions ?? availableCompressions();
    const compression = body.length < compressFromBytes ? undefined : this.#compressions[0];
    const compressed = compression === undefined ? body : await compression.compress(body);
    const { status, outcome } = await this.#withinTime(deadline, async (signal) => {
      const response = await this.#post(compressed, compression, signal);
      return { status: response.status, outcome: await outcomeOf(batch, response) };
    });
    if (status !== 415 || compression === undefined) return outcome;
    this.#compressions = this.#compressions.filter((other) => other !== compression);
    return this.#attempt(batch, body, deadline);
  }

  /** Holds over the whole exchange: ky's own timeout ends when the head of the answer is there. */
  async #withinTime<Result>(deadline: number, exchange: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new Error('the tracer was closed');
    const timeoutMs = Math.min(this.#options.requestTimeoutMs, deadline - this.#options.elapsed());
    const controller = new AbortController();
    const { signal } = controller;
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
      this.#underWay.delete(controller);
    }
  }

  async #post(
    body: Uint8Array<ArrayBuffer>,
    compression: Compression | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, apiKey, fetch } = this.#options;
    // With the first request: loading it, and the runtime's fetch with it, takes most of what an import of the SDK would.
    ky ??= (await import('ky')).default;
    return ky.post(`${url}/api/ingest`, {
      body,
      headers: {
        'content-type': 'application/json',
        'x-api-key': apiKey,
        ...(compression === undefined ? {} : { 'content-encoding': compression.encoding }),
      },
      retry: 0,
      timeout: false,
      throwHttpErrors: false,
      // A redirect of a POST would arrive as a GET, or hand the key to another host.
      redirect: 'manual',
      signal,
      ...(fetch === undefined ? {} : { fetch }),
    });
  }
}

const messageOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  const reason = (cause as { code?: unknown; message?: unknown } | undefined)?.code ?? (cause as Error)?.message;
  return reason === undefined ? String(message) : `${message} (${String(reason)})`;
};

const retry = (
  batch: Batch,
  detail: string,
  more: { retryAfterMs?: number | undefined; isBlocked?: boolean } = {},
): SendOutcome => ({ kind: 'retry', pending: batch.records, rejected: [], detail, ...more });

async function outcomeOf(batch: Batch, response: Response): Promise<SendOutcome> {
  const { status } = response;
  // Read to the end in every case: an unread body would keep its connection from being used again.
  const text = await response.text();
  if (status === 200) return acceptedOf(batch, text);

  const detail = `the server answered ${status}: ${detailOf(text)}`;
  if (status === 401 || status === 403) return retry(batch, detail, { isBlocked: true });
  if (isTransient(status)) return retry(batch, detail, { retryAfterMs: retryAfterOf(response) });
  return { kind: 'refused', detail, isTooLarge: status === 413 };
}

/** The server's own words out of a problem document, else the beginning of whatever it sent. */
const detailOf = (text: string): string => {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown };
    return String(detail ?? title ?? text).slice(0, 300);
  } catch {
    return text.slice(0, 100).trim() || 'nothing';
  }
};

function acceptedOf(batch: Batch, text: string): SendOutcome {
  const answer = answerOf(text);
  if (answer === undefined || answer.accepted + answer.rejected.length !== batch.records.length) {
    // A portal, a proxy, a wrong address: whoever it was, nobody has promised to keep the records.
    return retry(batch, `the answer is not that of an LLM Tracer server: ${text.slice(0, 100)}`);
  }
  const rejected = answer.rejected.map(({ kind, index, detail }): Rejection | undefined => {
    const record = batch.records.filter((candidate) => candidate.kind === kind)[index];
    return record && { record, reason: 'rejected', detail };
  });
  return { kind: 'accepted', rejected: rejected.filter((rejection) => rejection !== undefined) };
}

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
