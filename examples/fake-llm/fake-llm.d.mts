export interface FakeLlmOptions {
  /** 0 (default): any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Wait before the first byte of every answer, in ms. */
  firstTokenMs?: number;
  /** Wait between stream chunks, in ms. */
  chunkMs?: number;
  /** The retry-after-ms header of 429 answers (retry-after is always "1"). Default 50. */
  retryAfterMs?: number;
  /** Ids differ between equal requests. Default false. */
  uniqueIds?: boolean;
  /** Ask for an API key (any will do). Default true. */
  requireKey?: boolean;
  /** Seconds since the epoch, for `created`. */
  now?: () => number;
  log?: boolean;
}
export interface FakeLlmRequest {
  method: string;
  path: string;
  /** Keys are replaced by "(present)". */
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sent; tests look into it freely
  body: any;
}
export interface FakeLlm {
  port: number;
  /** Origin; the Anthropic client's baseURL. */
  url: string;
  /** Origin + /v1; the OpenAI client's baseURL. */
  openaiBaseUrl: string;
  /** The last 200 requests, oldest first. */
  readonly requests: FakeLlmRequest[];
  /** Forgets requests, caches, stored responses and error countdowns. */
  reset(): void;
  close(): Promise<void>;
}
export function startFakeLlm(options?: FakeLlmOptions): Promise<FakeLlm>;
