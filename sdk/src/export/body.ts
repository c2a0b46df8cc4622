import type { ElementKind } from '../schema/ingest.ts';
import { utf8Bytes } from '../serialize.ts';
import type { Batch } from './transport.ts';

/** Who sends: fixed for a tracer's life. */
export interface Sender {
  readonly name: string;
  readonly version: string;
  /** Unique to one tracer of one process; the server keeps drop counts by it. */
  readonly instance: string;
}

const lists: readonly [ElementKind, string][] = [
  ['trace', 'traces'],
  ['span', 'spans'],
  ['score', 'scores'],
];

/** Memory for a body, and a way to put texts into it. */
interface Target {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `length` is exact: what is not written would be whatever the memory held. */
  put(text: string, position: number, length: number): void;
}

// A Buffer writes in a third of the time that an encoder takes, and its memory need not be cleared first.
const targetOf: (length: number) => Target =
  globalThis.Buffer === undefined
    ? (length) => {
        const encoder = new TextEncoder();
        const bytes = new Uint8Array(length);
        const put: Target['put'] = (text, from, count) => encoder.encodeInto(text, bytes.subarray(from, from + count));
        return { bytes, put };
      }
    : (length) => {
        const bytes = globalThis.Buffer.allocUnsafeSlow(length);
        return { bytes, put: (text, position) => bytes.write(text, position) };
      };

/**
 * The body of `POST /api/ingest`, put together from texts that are JSON already.
 *
 * Each text is encoded into its place in one buffer of the exact size: joining them first and encoding the whole costs
 * several times as much, and holds a second copy.
 */
export function encodeBody(batch: Batch, sender: Sender): Uint8Array<ArrayBuffer> {
  const parts: { readonly text: string; readonly bytes: number }[] = [];
  const add = (text: string): void => void parts.push({ text, bytes: utf8Bytes(text) });

  add(`{"batch_id":${JSON.stringify(batch.id)},"sdk":${JSON.stringify(sender)}`);
  for (const [kind, name] of lists) {
    let separator = `,"${name}":[`;
    for (const record of batch.records) {
      if (record.kind !== kind) continue;
      add(separator);
      parts.push({ text: record.json, bytes: record.bytes });
      separator = ',';
    }
    if (separator === ',') add(']');
  }
  if (Object.keys(batch.dropped).length > 0) add(`,"dropped":${JSON.stringify(batch.dropped)}`);
  add('}');

  const { bytes: body, put } = targetOf(parts.reduce((total, part) => total + part.bytes, 0));
  let position = 0;
  for (const { text, bytes } of parts) {
    put(text, position, bytes);
    position += bytes;
  }
  return body;
}
