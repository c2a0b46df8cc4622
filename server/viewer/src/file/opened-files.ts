import type { AcceptedKey } from '../api/keys.ts';
import type { FileReport } from './messages.ts';

/** A file that is open. */
export interface Opened {
  readonly name: string;
  readonly report: FileReport;
  readonly ask: (path: string, query: Readonly<Record<string, string>>) => Promise<Response>;
  readonly close: () => void;
}

const prefix = 'file:';
const files = new Map<string, Opened>();

/** The project, and the key, that a file is. */
export const nameOfFile = (name: string): string => `${prefix}${name}`;

/** Whether a key, or a project, is an opened file of this page: they have the same name. */
export const isFile = (name: string | undefined): boolean => name?.startsWith(prefix) === true;

/** The file that a project is; undefined where it is none, or is not open (any more). */
export const openedFile = (project: string): Opened | undefined => files.get(project);

/** The time range of a file, where a project is one: nothing in it is of "the last 24 hours". */
export function rangeOfFile(project: string): { readonly from?: string; readonly to?: string } {
  const { from, to } = files.get(project)?.report ?? {};
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Keeps a file that was opened; another of the same name is closed. Its key is the name that it is asked by. */
export function keepFile(file: Opened): AcceptedKey {
  const project = nameOfFile(file.name);
  closeLocalFile(project);
  files.set(project, file);
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
