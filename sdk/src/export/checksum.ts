import { nodeBuiltin } from '../node-builtin.ts';

let table: Uint32Array | undefined;

const entries = (): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });

/** CRC-32 as zlib has it: of the runtime, where it has one. */
export function crc32(bytes: Uint8Array): number {
  const native = nodeBuiltin('node:zlib')?.crc32;
  if (native !== undefined) return native(bytes);
  table ??= entries();
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
