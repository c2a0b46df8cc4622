import type { TextStretch } from '../../model/compare/diff-text.ts';

/** Compares two long texts in a worker. The returned function gives up. */
export function diffInWorker(a: string, b: string, onDone: (stretches: readonly TextStretch[]) => void): () => void {
  const worker = new Worker(new URL('./diff.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<readonly TextStretch[]>) => {
    onDone(data);
    worker.terminate();
  };
  worker.postMessage({ a, b });
  return () => worker.terminate();
}
