import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, 'fixtures');

/** A request as a client sent it. */
export interface RecordedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

// biome-ignore lint/suspicious/noExplicitAny: the file's own form, which `compare` reads
export type Expected = any;

export const recordings = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export function requestsOf(recording: string): RecordedRequest[] {
  const heads = [readJson(recording, 'headers.json')].flat() as {
    path: string;
    headers: Record<string, string>;
    body: string;
  }[];
  return heads.map(({ path, headers, body }) => ({ path, headers, body: readFileSync(join(root, recording, body)) }));
}

export const expectedOf = (recording: string): Expected => readJson(recording, 'expected.json');

function readJson(recording: string, file: string): unknown {
  return JSON.parse(readFileSync(join(root, recording, file), 'utf8'));
}
