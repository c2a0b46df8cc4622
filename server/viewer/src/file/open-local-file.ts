import type { AcceptedKey } from '../api/keys.ts';
import { formatBytes } from '../model/format.ts';
import type { FileReport, FromWorker, ToWorker } from './messages.ts';
import { keepFile, nameOfFile } from './opened-files.ts';

/** A file beyond it is not opened: its index alone would not fit into a page. */
export const mostFileBytes = 500_000_000;

/**
 * Opens a file in a worker and resolves with the key under which the viewer reads it, as if it were a project of a server.
 * Nothing leaves this computer. Rejects with a sentence where it cannot be opened.
 */
export async function openLocalFile(file: File, onProgress: (bytes: number) => void): Promise<AcceptedKey> {
  if (file.size > mostFileBytes)
    throw new Error(`${file.name} has ${formatBytes(file.size)}. At most ${formatBytes(mostFileBytes)} can be opened.`);
  const project = nameOfFile(file.name);
  const worker = new Worker(new URL('./file.worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (response: Response) => void>();
  let nextId = 0;
  const post = (message: ToWorker) => worker.postMessage(message);

  const report = await new Promise<FileReport>((resolve, reject) => {
    worker.onerror = () => reject(new Error('It could not be read.'));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'progress') onProgress(data.bytes);
      else if (data.kind === 'opened') resolve(data.report);
      else if (data.kind === 'refused') reject(new Error(data.detail));
      else {
        waiting.get(data.id)?.(new Response(data.json, { status: data.status }));
        waiting.delete(data.id);
      }
    };
    post({ kind: 'open', file, project });
  }).catch((error: unknown) => {
    worker.terminate();
    throw error;
  });

  return keepFile({
    name: file.name,
    report,
    ask: (path, query) => {
      const id = nextId++;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        post({ kind: 'ask', id, path, query });
      });
    },
    close: () => worker.terminate(),
  });
}
