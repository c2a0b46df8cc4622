import type { CodeToken } from '../../model/highlight-code.ts';

export interface HighlightQuestion {
  readonly id: number;
  readonly code: string;
  readonly language: string;
}

export interface HighlightAnswer {
  readonly id: number;
  readonly tokens: readonly CodeToken[] | undefined;
}

/** Code that takes longer is left plain: 50 kB of brackets take a second and more. */
const mostMs = 3_000;
/** A worker that nobody asked for so long is let go. */
const idleMs = 10_000;

type Answered = (tokens: readonly CodeToken[] | undefined) => void;

let worker: Worker | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastId = 0;
const waiting = new Map<number, Answered>();

/** Cuts code into its tokens, in a worker: its grammars are no part of the page, and may be slow. Undefined where it stays plain. */
export function highlightInWorker(code: string, language: string): Promise<readonly CodeToken[] | undefined> {
  worker ??= start();
  const id = lastId++;
  const answer = new Promise<readonly CodeToken[] | undefined>((resolve) => waiting.set(id, resolve));
  worker.postMessage({ id, code, language } satisfies HighlightQuestion);
  stopAfter(mostMs);
  return answer;
}

function start(): Worker {
  const started = new Worker(new URL('./highlight.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = ({ data: { id, tokens } }: MessageEvent<HighlightAnswer>) => {
    waiting.get(id)?.(tokens);
    waiting.delete(id);
    stopAfter(waiting.size === 0 ? idleMs : mostMs);
  };
  started.onerror = stop;
  return started;
}

function stopAfter(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(stop, ms);
}

function stop(): void {
  worker?.terminate();
  worker = undefined;
  for (const resolve of waiting.values()) resolve(undefined);
  waiting.clear();
}
