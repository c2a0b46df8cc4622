import { type OpenedFile, openFile } from './engine/opened-file.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const tell = (message: FromWorker) => postMessage(message);
let opened: OpenedFile | undefined;

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') void open(data.file, data.project);
  else
    void opened?.ask(data.path, data.query).then(({ status, body }) => {
      const json = new TextEncoder().encode(JSON.stringify(body));
      postMessage({ kind: 'answer', id: data.id, status, json } satisfies FromWorker, { transfer: [json.buffer] });
    });
});

const progressBytes = 4_000_000;

async function open(file: File, project: string): Promise<void> {
  let told = 0;
  try {
    opened = await openFile(file, project, (bytes) => {
      if (bytes - told < progressBytes) return;
      told = bytes;
      tell({ kind: 'progress', bytes });
    });
    tell({ kind: 'opened', report: opened.report });
  } catch (error) {
    tell({ kind: 'refused', detail: error instanceof Error ? error.message : String(error) });
  }
}
