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
import { zstdFrames } from './zstd-frames.ts';

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
  /** The parts that are unpacked one by one; undefined when the body is not whole. */
  readonly partsOf: (body: Buffer) => readonly Buffer[] | undefined;
  readonly decodeNow: (body: Buffer, options: ZlibOptions & ZstdOptions) => Buffer;
  readonly decode: (body: Buffer, options: ZlibOptions & ZstdOptions) => Promise<Buffer>;
  readonly options: ZlibOptions & ZstdOptions;
}

const gzip: Decoder = {
  // Its decoder takes several members, and notices by itself what is not whole.
  partsOf: (body) => [body],
  decodeNow: gunzipSync,
  decode: promisify(gunzip),
  options: { chunkSize },
};
const zstd: Decoder = {
  partsOf: zstdFrames,
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
): Promise<DecodedBody<string>> {
  const { content, compressed } = await unpackBody(body, contentEncoding, limits);
  if (!isUtf8(content)) throw new ProblemError(400, 'The body is not UTF-8.');
  return { content: content.toString('utf8'), compressed };
}

export interface DecodedBody<Content> {
  readonly content: Content;
  /** What one call unpacks to it, when the body came compressed and in one part. */
  readonly compressed: Buffer | undefined;
}

/** The bytes of a body with its `Content-Encoding` undone. */
export async function unpackBody(
  body: Buffer,
  contentEncoding: string | undefined,
  limits: DecodeLimits,
): Promise<DecodedBody<Buffer>> {
  const encoding = contentEncoding?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return { content: body, compressed: undefined };
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (decoder === undefined)
    throw new ProblemError(415, 'This Content-Encoding is not supported; zstd, gzip and identity are.');
  const parts = decoder.partsOf(body);
  if (parts === undefined) throw new ProblemError(400, `The body is not whole frames of ${encoding}.`);
  const content = await unpack(parts, decoder, encoding, limits);
  return { content, compressed: parts.length === 1 ? parts[0] : undefined };
}

async function unpack(
  parts: readonly Buffer[],
  decoder: Decoder,
  encoding: string,
  { maxDecompressedBytes }: DecodeLimits,
): Promise<Buffer> {
  const unpacked: Buffer[] = [];
  let left = maxDecompressedBytes;
  try {
    for (const part of parts) {
      const options = { ...decoder.options, maxOutputLength: left };
      const bytes =
        part.length <= mostBytesAtOnce ? decoder.decodeNow(part, options) : await decoder.decode(part, options);
      unpacked.push(bytes);
      left -= bytes.length;
      // An output limit of nothing is no limit that zlib knows.
      if (left < 1) break;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxDecompressedBytes);
    throw new ProblemError(400, `The body is not whole ${encoding} data.`);
  }
  if (unpacked.length < parts.length) throw tooLarge(maxDecompressedBytes);
  return unpacked.length === 1 ? (unpacked[0] as Buffer) : Buffer.concat(unpacked);
}

const tooLarge = (maxDecompressedBytes: number): ProblemError =>
  new ProblemError(
    413,
    `The body unpacks to more than MAX_DECOMPRESSED_BYTES (${maxDecompressedBytes}). Send less in a request.`,
  );
