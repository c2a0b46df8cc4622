import { diffText } from '../../model/compare/diff-text.ts';

addEventListener('message', ({ data }: MessageEvent<{ readonly a: string; readonly b: string }>) => {
  postMessage(diffText(data.a, data.b));
});
