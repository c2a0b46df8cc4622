import type { AcceptedKey } from '../api/keys.ts';
import { formatBytes } from '../model/format.ts';
import type { FileReport, FromWorker, ToWorker } from './messages.ts';

/** A file beyond it is not opened: its index alone would not fit into a page. */
export const mostFileBytes = 500_000_000;

interface Opened {
  readonly name: string;
  readonly report: FileReport;
  readonly ask: (path: string, query: Readonly<Record<string, string>>) => Promise<Response>;
  readonly close: () => void;
}

const prefix = 'file:';
const files = new Map<string, Opened>();

/** Whether a key, or a project, is an opened file of this page: they have the same name. */
export const isFile = (name: string | undefined): boolean => name?.startsWith(prefix) === true;

/** The file that a project is; undefined where it is none, or is not open (any more). */
export const openedFile = (project: string): Opened | undefined => files.get(project);

/** The time range of a file, where a project is one: nothing in it is of "the last 24 hours". */
export function rangeOfFile(project: string): { readonly from?: string; readonly to?: string } {
  const { from, to } = files.get(project)?.report ?? {};
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/**
 * Opens a file in a worker and resolves with the key under which the viewer reads it, as if it were a project of a server.
 * Nothing leaves this computer. Rejects with a sentence where it cannot be opened.
 */
export async function openLocalFile(file: File, onProgress: (bytes: number) => void): Promise<AcceptedKey> {
  if (file.size > mostFileBytes)
    throw new Error(`${file.name} has ${formatBytes(file.size)}. At most ${formatBytes(mostFileBytes)} can be opened.`);
  const project = `${prefix}${file.name}`;
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

  closeLocalFile(project);
  files.set(project, {
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
  return { project, key: project, scopes: ['read'], isKept: false };
}

export function closeLocalFile(project: string): void {
  files.get(project)?.close();
  files.delete(project);
}

/** What an opened file answers to a request of the viewer. */
export function askFile(
  project: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): Promise<Response> {
  // Nothing is written to a file while it is looked at, so its stream of changes stays silent.
  if (path === '/api/live') return Promise.resolve(new Response(new ReadableStream()));
  const texts = Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
  const file = files.get(project);
  const closed = { type: 'about:blank', title: 'Closed', status: 404, detail: 'The file is not open any more.' };
  return file?.ask(path, texts) ?? Promise.resolve(Response.json(closed, { status: 404 }));
}
