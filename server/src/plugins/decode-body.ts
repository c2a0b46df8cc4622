import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import {
  constants,
  gunzip,
  gunzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import { ProblemError } from './problem.ts';
import { isOneZstdFrame } from './zstd-frame.ts';

/** What a compressed body may unpack to. Named as the variable that sets it is, so that errors can name it. */
export interface DecodeLimits {
  readonly maxDecompressedBytes: number;
}

// Larger bodies are unpacked off the main thread; for smaller ones the hand-over takes longer than the work.
const mostBytesAtOnce = 256 * 1024;

// The output grows a chunk at a time and stops at the limit. Off the main thread each chunk is a hand-over, so the
// default of 16 KB would make thousands of a large body.
const chunkSize = 256 * 1024;

interface Decoder {
  readonly isWhole: (body: Buffer) => boolean;
  readonly decodeNow: (body: Buffer, options: ZlibOptions & ZstdOptions) => Buffer;
  readonly decode: (body: Buffer, options: ZlibOptions & ZstdOptions) => Promise<Buffer>;
  readonly options: ZlibOptions & ZstdOptions;
}

const gzip: Decoder = {
  // Its decoder notices by itself.
  isWhole: () => true,
  decodeNow: gunzipSync,
  decode: promisify(gunzip),
  options: { chunkSize },
};
const zstd: Decoder = {
  isWhole: isOneZstdFrame,
  decodeNow: zstdDecompressSync,
  decode: promisify(zstdDecompress),
  // 8 MB: what RFC 9659 allows in HTTP. A frame may otherwise claim a window of 128 MB before its first byte.
  options: { chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } },
};
const decoders: Readonly<Record<string, Decoder>> = { gzip, 'x-gzip': gzip, zstd };

/** The text of a body as it was sent, with its `Content-Encoding` and UTF-8 undone and checked. */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  limits: DecodeLimits,
): Promise<string> {
  const bytes = await unpackBody(body, contentEncoding, limits);
  if (!isUtf8(bytes)) throw new ProblemError(400, 'The body is not UTF-8.');
  return bytes.toString('utf8');
}

/** The bytes of a body with its `Content-Encoding` undone. */
export async function unpackBody(
  body: Buffer,
  contentEncoding: string | undefined,
  { maxDecompressedBytes }: DecodeLimits,
): Promise<Buffer> {
  const encoding = contentEncoding?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return body;
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (decoder === undefined)
    throw new ProblemError(415, 'This Content-Encoding is not supported; zstd, gzip and identity are.');
  if (!decoder.isWhole(body)) throw new ProblemError(400, `The body is not one whole frame of ${encoding}.`);
  const options = { ...decoder.options, maxOutputLength: maxDecompressedBytes };
  try {
    return body.length <= mostBytesAtOnce ? decoder.decodeNow(body, options) : await decoder.decode(body, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new ProblemError(
        413,
        `The body unpacks to more than MAX_DECOMPRESSED_BYTES (${maxDecompressedBytes}). Send less in a request.`,
      );
    throw new ProblemError(400, `The body is not whole ${encoding} data.`);
  }
}
