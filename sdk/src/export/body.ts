import type { ElementKind } from '../schema/ingest.ts';
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

const encoder = new TextEncoder();

/**
 * The body of `POST /api/ingest`, put together from texts that are JSON already.
 *
 * Each text is encoded into its place in one buffer of the exact size: joining them first and encoding the whole costs
 * several times as much, and holds a second copy.
 */
export function encodeBody(batch: Batch, sender: Sender): Uint8Array<ArrayBuffer> {
  const parts: { readonly text: string; readonly bytes: number }[] = [];
  const add = (text: string): void => void parts.push({ text, bytes: text.length });

  // Everything in the frame is ASCII (ids, names of ours), so characters are bytes.
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

  const body = new Uint8Array(parts.reduce((total, part) => total + part.bytes, 0));
  let position = 0;
  for (const { text, bytes } of parts) {
    encoder.encodeInto(text, body.subarray(position, position + bytes));
    position += bytes;
  }
  return body;
}
