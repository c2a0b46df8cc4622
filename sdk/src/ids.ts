/** Where ids come from. {@link randomIds} in production, counted ones in tests. */
export interface Ids {
  /** 32 lower-case hex digits (W3C Trace Context). */
  traceId(): string;
  /** 16 lower-case hex digits (W3C Trace Context). */
  spanId(): string;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

// One call of the generator for 512 span ids: asking it for each id costs more than all else an id needs.
const poolBytes = 4096;

/** Random ids from the runtime's cryptographic generator. */
export function randomIds(
  fill: (pool: Uint8Array<ArrayBuffer>) => void = (pool) => void crypto.getRandomValues(pool),
): Ids {
  const pool = new Uint8Array(poolBytes);
  let position = poolBytes;

  const eightBytes = (): string => {
    if (position === poolBytes) {
      fill(pool);
      position = 0;
    }
    let hex = '';
    const end = position + 8;
    while (position < end) hex += hexOfByte[pool[position++] as number];
    // W3C: an id of zeros is no id.
    return hex === '0000000000000000' ? eightBytes() : hex;
  };

  return { traceId: () => eightBytes() + eightBytes(), spanId: eightBytes };
}
