import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneZstdFrame } from '../../src/plugins/zstd-frame.ts';

/** Contents of several blocks, of one, of none; that compress to nothing, little or not at all. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 0, max: 600_000 }).map((length) => Buffer.alloc(length, 'a')),
  fc
    .integer({ min: 0, max: 20_000 })
    .map((length) => Buffer.from(Array.from({ length }, (_, i) => `line ${i}`).join())),
);
const frames = fc
  .tuple(contents, fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean())
  .map(([content, level, hasChecksum, hasSize]) =>
    zstdCompressSync(content, {
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_checksumFlag]: Number(hasChecksum),
        [constants.ZSTD_c_contentSizeFlag]: Number(hasSize),
      },
    }),
  );

describe('isOneZstdFrame', () => {
  it('holds for whatever the compressor makes', () => {
    fc.assert(fc.property(frames, (frame) => isOneZstdFrame(frame)));
  });

  it('holds for no part of a frame', () => {
    fc.assert(
      fc.property(frames, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (frame, share) => {
        expect(isOneZstdFrame(frame.subarray(0, Math.floor(frame.length * share)))).toBe(false);
      }),
    );
  });

  it('does not hold when something follows', () => {
    fc.assert(
      fc.property(
        frames,
        fc.uint8Array({ minLength: 1 }),
        (frame, more) => !isOneZstdFrame(Buffer.concat([frame, more])),
      ),
    );
  });

  it('ends on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof isOneZstdFrame(Buffer.from(bytes)) === 'boolean'));
  });
});
