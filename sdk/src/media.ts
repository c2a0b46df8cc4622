import { nodeBuiltin } from './node-builtin.ts';

/** What is recorded of media in place of its bytes. */
export interface MediaSummary {
  readonly type: string;
  readonly byte_length: number;
  /** Of the bytes, not of their base64: the same file is found again however it was sent. */
  readonly sha256?: string;
}

// Nobody waits for this: 64 MB take a tenth of a second.
const mostHashedBytes = 64_000_000;

/**
 * Type, size and hash of bytes.
 *
 * Hashed at once: decoding and hashing 5 MB of base64 takes 6 ms, writing them as JSON would have taken 17. A runtime
 * without `node:crypto` hashes only in promises, which is too late here: there the hash is absent.
 */
export function summaryOf(type: string, bytes: Uint8Array): MediaSummary {
  const summary = { type, byte_length: bytes.byteLength };
  const crypto = nodeBuiltin('node:crypto');
  if (crypto === undefined || bytes.byteLength > mostHashedBytes) return summary;
  return { ...summary, sha256: crypto.createHash('sha256').update(bytes).digest('hex') };
}

// A data: URL says what it is.
const dataUrl = /^data:([^;,]*)(?:;[^;,]*)*?;base64,/i;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Whether a long text may be media, by its first characters: whatever people write has a space or a line break there. */
export const mayBeMedia = (text: string): boolean => text.startsWith('data:') || base64.test(text.slice(0, 80));

// Members that hold bare base64 in what model APIs send and answer, and what beside them says so. OpenAI: input_audio
// {data, format}, answered audio {data, transcript}, images {b64_json}, image_generation_call {result}. Anthropic:
// source {type: base64, media_type, data}. Gemini: inlineData {mimeType, data}. AI SDK: {type: file|image, mediaType,
// data|image}.
const holders: Readonly<Record<string, readonly string[]>> = {
  data: ['media_type', 'mime_type', 'mimeType', 'mediaType', 'format', 'transcript'],
  image: ['mimeType', 'mediaType', 'type'],
  result: ['output_format', 'type'],
  b64_json: [],
  partial_image_b64: [],
  file_data: [],
};

/** Media over a limit; undefined for any other text, and for media within it. */
export function mediaOf(
  text: string,
  maxBytes: number,
  holder: object | undefined,
  key: string,
): MediaSummary | undefined {
  if (text.length <= maxBytes || !mayBeMedia(text)) return undefined;
  const url = dataUrl.exec(text.slice(0, 300));
  if (url !== null) return summaryOfBase64(url[1] || 'text/plain', text.slice(url[0].length), maxBytes);

  const witnesses = Object.hasOwn(holders, key) ? holders[key] : undefined;
  if (witnesses === undefined || holder === undefined) return undefined;
  const members = holder as Readonly<Record<string, unknown>>;
  const witness = witnesses.map((name) => members[name]).find((value) => typeof value === 'string');
  if ((witness === undefined && witnesses.length > 0) || !base64.test(text)) return undefined;
  const type = members['transcript'] === witness && witness !== undefined ? undefined : witness;
  return summaryOfBase64(typeof type === 'string' ? type.slice(0, 100) : 'base64', text, maxBytes);
}

function summaryOfBase64(type: string, text: string, maxBytes: number): MediaSummary | undefined {
  const byteLength = Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  if (byteLength <= maxBytes) return undefined;
  const { Buffer } = globalThis;
  if (Buffer === undefined || byteLength > mostHashedBytes) return { type, byte_length: byteLength };
  return summaryOf(type, Buffer.from(text, 'base64'));
}
