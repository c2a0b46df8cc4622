import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { dictionary } from './dictionary.ts';

/**
 * How stored JSON is compressed: the first byte says how, so that a later release may do it otherwise and still read what is
 * there. Why this one: docs/decisions/0016-compression-in-dynamodb.md, measured by `pnpm bench compression`.
 */
const form = { plain: 0, deflate: 1 } as const;

/** A JSON value as few bytes. */
export function pack(value: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(value), 'utf8');
  const compressed = deflateRawSync(text, { level: 9, dictionary });
  const [kind, content] = compressed.length < text.length ? [form.deflate, compressed] : [form.plain, text];
  const packed = new Uint8Array(content.length + 1);
  packed[0] = kind;
  packed.set(content, 1);
  return packed;
}

export function unpack(packed: Uint8Array): unknown {
  const content = packed.subarray(1);
  switch (packed[0]) {
    case form.plain:
      return JSON.parse(Buffer.from(content).toString('utf8'));
    case form.deflate:
      return JSON.parse(inflateRawSync(content, { dictionary }).toString('utf8'));
    default:
      throw new Error(`an item is compressed in a way that this version does not know (${packed[0]})`);
  }
}
