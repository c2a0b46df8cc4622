import type { ElementKind } from '../schema/ingest.ts';
import { elementKinds } from './block.ts';
import { crc32 } from './checksum.ts';

// A record in a segment: length and CRC-32 of what follows, each 4 bytes; a byte for its kind; its JSON.
const headBytes = 8;

/** A record as a segment holds it. Answers a part of memory that the next call writes over. */
export function encodeRecord(kind: ElementKind, json: string): Uint8Array {
  const most = headBytes + 1 + json.length * 3;
  if (scratch.length < most) scratch = globalThis.Buffer.allocUnsafeSlow(most);
  scratch[headBytes] = elementKinds.indexOf(kind);
  const length = 1 + scratch.write(json, headBytes + 1);
  scratch.writeUInt32LE(length, 0);
  scratch.writeUInt32LE(crc32(scratch.subarray(headBytes, headBytes + length)), 4);
  return scratch.subarray(0, headBytes + length);
}

let scratch = globalThis.Buffer?.allocUnsafeSlow(16 * 1024);

/** What was read of a segment. */
export interface SegmentContent {
  readonly records: readonly { readonly kind: ElementKind; readonly json: string }[];
  /** Bytes behind the last whole record: it was being written when its process was killed, or the disk failed. */
  readonly tornBytes: number;
}

/** Reads a segment up to its first record that is not whole. */
export function decodeSegment(bytes: Buffer): SegmentContent {
  const records: { kind: ElementKind; json: string }[] = [];
  let position = 0;
  while (position + headBytes < bytes.length) {
    const start = position + headBytes;
    const end = start + bytes.readUInt32LE(position);
    const kind = elementKinds[bytes[start] as number];
    if (end > bytes.length || kind === undefined) break;
    if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(position + 4)) break;
    records.push({ kind, json: bytes.toString('utf8', start + 1, end) });
    position = end;
  }
  return { records, tornBytes: bytes.length - position };
}
