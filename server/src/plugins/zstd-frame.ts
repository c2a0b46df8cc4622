const magicNumber = 0xfd2fb528;
const dictionaryIdBytes = [0, 1, 2, 4];
const rleBlock = 1;
const checksumBytes = 4;

/**
 * Whether bytes are one zstd frame from its first byte to its last (RFC 8878, section 3.1.1), by its block headers alone.
 *
 * Node's decoder takes a frame that ends early for a whole one, and forgets what follows the first: of either it would
 * answer a part, without an error.
 */
export function isOneZstdFrame(bytes: Buffer): boolean {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== magicNumber) return false;

  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeFlag = descriptor >> 6;
  const contentSizeBytes = contentSizeFlag === 0 ? Number(isSingleSegment) : 2 ** contentSizeFlag;
  const windowBytes = isSingleSegment ? 0 : 1;
  let at = 5 + windowBytes + (dictionaryIdBytes[descriptor & 3] as number) + contentSizeBytes;

  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) return false;
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === rleBlock ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : checksumBytes) === bytes.length;
}
