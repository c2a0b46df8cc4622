const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4];
const rleBlock = 1;
const checksumBytes = 4;

/**
 * The frames of a zstd body that hold anything (RFC 8878, section 3), by their headers and those of their blocks alone;
 * undefined when it is not frames from its first byte to its last.
 *
 * Node's decoder takes a frame that ends early for a whole one, and forgets what follows the first: of either it would
 * answer a part, without an error. And some encoders put an empty frame behind what they made (Deno's, told the size).
 */
export function zstdFrames(bytes: Buffer): readonly Buffer[] | undefined {
  const frames: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) return undefined;
    if (frame.holdsAnything) frames.push(bytes.subarray(at, frame.end));
    at = frame.end;
  }
  return frames;
}

interface Frame {
  readonly end: number;
  readonly holdsAnything: boolean;
}

function frameAt(bytes: Buffer, start: number): Frame | undefined {
  if (start + 8 > bytes.length) return undefined;
  const magic = bytes.readUInt32LE(start);
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic)
    return within(bytes, { end: start + 8 + bytes.readUInt32LE(start + 4), holdsAnything: false });
  if (magic !== frameMagic) return undefined;

  const descriptor = bytes.readUInt8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeFlag = descriptor >> 6;
  const contentSizeBytes = contentSizeFlag === 0 ? Number(isSingleSegment) : 2 ** contentSizeFlag;
  const windowBytes = isSingleSegment ? 0 : 1;
  const firstBlock = start + 5 + windowBytes + (dictionaryIdBytes[descriptor & 3] as number) + contentSizeBytes;

  let at = firstBlock;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) return undefined;
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === rleBlock ? 1 : header >> 3);
  }
  const holdsAnything = at > firstBlock + 3;
  return within(bytes, { end: at + ((descriptor & 4) === 0 ? 0 : checksumBytes), holdsAnything });
}

const within = (bytes: Buffer, frame: Frame): Frame | undefined => (frame.end <= bytes.length ? frame : undefined);
