import { nodeBuiltin } from '../node-builtin.ts';

/** A way to make a body smaller, as `Content-Encoding` names it. */
export interface Compression {
  readonly encoding: 'zstd' | 'gzip';
  compress(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

type Callback = (error: Error | null, result: Uint8Array) => void;

const promised = (start: (done: Callback) => void): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result as Uint8Array<ArrayBuffer>) : reject(error)));
  });

/**
 * What this runtime can do, best first: zstd (a third of gzip's time at the same size), then gzip.
 *
 * Node's work runs on its thread pool, so that the main thread pays for neither.
 */
export function availableCompressions(): readonly Compression[] {
  const zlib = nodeBuiltin('node:zlib');
  const found: Compression[] = [];
  // Room for the whole result at once: in pieces of the default 16 KB, joining them on the main thread costs four times
  // as much as all else that it has to do here.
  const chunkSize = (body: Uint8Array): number => Math.max(body.length >> 1, 1024);
  if (zlib?.zstdCompress !== undefined) {
    const compress = (body: Uint8Array<ArrayBuffer>) =>
      promised((done) => zlib.zstdCompress(body, { chunkSize: chunkSize(body) }, done));
    found.push({ encoding: 'zstd', compress });
  }
  if (zlib?.gzip !== undefined) {
    // Level 1: level 6 takes three times as long for a tenth of the bytes.
    const compress = (body: Uint8Array<ArrayBuffer>) =>
      promised((done) => zlib.gzip(body, { level: 1, chunkSize: chunkSize(body) }, done));
    found.push({ encoding: 'gzip', compress });
  } else if (globalThis.CompressionStream !== undefined) {
    found.push({
      encoding: 'gzip',
      compress: async (body) => {
        const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
        return new Uint8Array(await new Response(stream).arrayBuffer());
      },
    });
  }
  return found;
}
