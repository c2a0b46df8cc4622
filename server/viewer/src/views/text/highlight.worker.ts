import { highlightCode } from '../../model/highlight-code.ts';
import type { HighlightAnswer, HighlightQuestion } from './highlight-in-worker.ts';

self.onmessage = ({ data: { id, code, language } }: MessageEvent<HighlightQuestion>) =>
  self.postMessage({ id, tokens: highlightCode(code, language) } satisfies HighlightAnswer);
