import { highlightCode } from '../../model/highlight-code.ts';
import { parseMarkdown } from '../../model/parse-markdown.ts';
import type { TextAnswer, TextQuestion } from './text-worker.ts';

self.onmessage = ({ data: { id, text, language } }: MessageEvent<TextQuestion>) =>
  self.postMessage({
    id,
    answer: language === undefined ? parseMarkdown(text) : highlightCode(text, language),
  } satisfies TextAnswer);
