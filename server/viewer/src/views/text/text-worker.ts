import type { Root } from 'mdast';
import type { CodeToken } from '../../model/highlight-code.ts';

export interface TextQuestion {
  readonly id: number;
  readonly text: string;
  /** The language of code; undefined for Markdown. */
  readonly language: string | undefined;
}

export interface TextAnswer {
  readonly id: number;
  readonly answer: Root | readonly CodeToken[] | undefined;
}

/** A text that takes longer stays plain: 50 kB of brackets take a grammar a second and more. */
const mostMs = 3_000;
/** A worker that nobody asked for so long is let go. */
const idleMs = 10_000;

let worker: Worker | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastId = 0;
const waiting = new Map<number, (answer: TextAnswer['answer']) => void>();

/** Cuts code into its tokens: its grammars are no part of the page, and may be slow. Undefined where it stays plain. */
export const highlightInWorker = (code: string, language: string): Promise<readonly CodeToken[] | undefined> =>
  ask(code, language) as Promise<readonly CodeToken[] | undefined>;

/** Reads long Markdown, which takes seconds. Undefined where it stays plain. */
export const parseInWorker = (text: string): Promise<Root | undefined> =>
  ask(text, undefined) as Promise<Root | undefined>;

function ask(text: string, language: string | undefined): Promise<TextAnswer['answer']> {
  worker ??= start();
  const id = lastId++;
  const answer = new Promise<TextAnswer['answer']>((resolve) => waiting.set(id, resolve));
  worker.postMessage({ id, text, language } satisfies TextQuestion);
  stopAfter(mostMs);
  return answer;
}

function start(): Worker {
  const started = new Worker(new URL('./text.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = ({ data: { id, answer } }: MessageEvent<TextAnswer>) => {
    waiting.get(id)?.(answer);
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
