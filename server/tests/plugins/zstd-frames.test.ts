import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zstdFrames } from '../../src/plugins/zstd-frames.ts';

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

const emptyFrame = zstdCompressSync('');
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('zstdFrames', () => {
  it('finds whatever the compressor makes, one after the other', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 4 }), (given) => {
        const holding = given.filter((frame) => zstdDecompressSync(frame).length > 0);
        expect(zstdFrames(Buffer.concat(given))).toEqual(holding);
      }),
    );
  });

  it('leaves out what holds nothing, before and behind', () => {
    fc.assert(
      fc.property(frames, fc.constantFrom(emptyFrame, skippable), (frame, nothing) => {
        expect(zstdFrames(Buffer.concat([nothing, frame, nothing]))).toEqual(zstdFrames(frame));
      }),
    );
  });

  it('finds no part of a frame', () => {
    fc.assert(
      fc.property(frames, fc.double({ min: 0.001, max: 1, maxExcluded: true, noNaN: true }), (frame, share) => {
        const length = Math.floor(frame.length * share);
        if (length > 0) expect(zstdFrames(frame.subarray(0, length))).toBeUndefined();
      }),
    );
  });

  it('finds nothing when something else follows', () => {
    fc.assert(
      fc.property(frames, fc.uint8Array({ minLength: 1, maxLength: 7 }), (frame, more) => {
        expect(zstdFrames(Buffer.concat([frame, more]))).toBeUndefined();
      }),
    );
  });

  it('ends on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => zstdFrames(Buffer.from(bytes)) !== null));
  });
});
