import { nodeBuiltin } from '../node-builtin.ts';
import type { Bytes } from './block.ts';

export type Encoding = 'zstd' | 'gzip';

/** A way to make a body smaller, as `Content-Encoding` names it, and to take that back. */
export interface Compression {
  readonly encoding: Encoding;
  compress(body: Bytes): Promise<Bytes>;
  expand(body: Bytes): Promise<Bytes>;
}

type Callback = (error: Error | null, result: Uint8Array) => void;

const promised = (start: (done: Callback) => void): Promise<Bytes> =>
  new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result as Bytes) : reject(error)));
  });

/**
 * A compressor that has room for the whole result at once, and little more: what is left over is held as long as the
 * result is, and joining pieces of the default 16 KB on the main thread costs four times as much as all else that it has
 * to do here. So it expects what it has seen last.
 */
function withRoom(compress: (body: Bytes, chunkSize: number) => Promise<Bytes>): Compression['compress'] {
  let expected = 0.3;
  return async (body) => {
    const chunkSize = Math.max(Math.ceil(body.length * expected * 1.05), 1024);
    const result = await compress(body, chunkSize);
    if (body.length >= 65_536) expected = result.length / body.length;
    return result.length < chunkSize * 0.8 ? globalThis.Buffer.from(result) : result;
  };
}

/**
 * What this runtime can do, best first: zstd (a third of gzip's time at less size), then gzip.
 *
 * Node's work runs on its thread pool, so that the main thread pays for neither. One call for a whole batch: setting a
 * compressor up costs as much as compressing several spans.
 */
export function availableCompressions(): readonly Compression[] {
  const zlib = nodeBuiltin('node:zlib');
  const found: Compression[] = [];
  if (zlib?.zstdCompress !== undefined) {
    const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_hashLog } = zlib.constants;
    // Level 1 with the tables of level 3: its size (474 bytes a span for 508) at three quarters of its time.
    const params = { [ZSTD_c_compressionLevel]: 1, [ZSTD_c_windowLog]: 20, [ZSTD_c_hashLog]: 17 };
    found.push({
      encoding: 'zstd',
      compress: withRoom((body, chunkSize) =>
        promised((done) => {
          // The size goes into the frame's head, so that whoever reads it knows what room it needs. Not in the types yet.
          const options: object = { params, chunkSize, pledgedSrcSize: body.length };
          zlib.zstdCompress(body, options, done);
        }),
      ),
      expand: (body) => promised((done) => zlib.zstdDecompress(body, done)),
    });
  }
  if (zlib?.gzip !== undefined) {
    found.push({
      encoding: 'gzip',
      // Level 1: level 6 takes three times as long for a tenth of the bytes.
      compress: withRoom((body, chunkSize) => promised((done) => zlib.gzip(body, { level: 1, chunkSize }, done))),
      expand: (body) => promised((done) => zlib.gunzip(body, done)),
    });
  } else if (globalThis.CompressionStream !== undefined) {
    const through = async (body: Bytes, stream: CompressionStream | DecompressionStream): Promise<Bytes> =>
      new Uint8Array(await new Response(new Blob([body]).stream().pipeThrough(stream)).arrayBuffer());
    found.push({
      encoding: 'gzip',
      compress: (body) => through(body, new CompressionStream('gzip')),
      expand: (body) => through(body, new DecompressionStream('gzip')),
    });
  }
  return found;
}
