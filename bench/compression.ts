import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { dictionary } from '../server/src/stores/dynamodb/dictionary.ts';
import { heldOutChats, payloadOf, recordTexts } from './compression/corpus.ts';
import type { BenchOptions } from './lib/options.ts';
import { median, type Row } from './lib/report.ts';

interface Codec {
  readonly name: string;
  readonly pack: (bytes: Buffer) => Buffer;
  readonly unpack: (bytes: Buffer) => Buffer;
}

const zstd = (level: number, withDictionary: boolean): Codec => {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 0 };
  const shared = withDictionary ? { dictionary } : {};
  return {
    name: `zstd ${level}${withDictionary ? ', dictionary' : ''}`,
    pack: (bytes) => zstdCompressSync(bytes, { params, ...shared }),
    unpack: (bytes) => zstdDecompressSync(bytes, shared),
  };
};

const brotli = (quality: number): Codec => ({
  name: `brotli ${quality}`,
  pack: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  unpack: (bytes) => brotliDecompressSync(bytes),
});

const codecs: readonly Codec[] = [
  { name: 'none', pack: (bytes) => bytes, unpack: (bytes) => bytes },
  { name: 'gzip 6', pack: (bytes) => gzipSync(bytes), unpack: (bytes) => gunzipSync(bytes) },
  brotli(4),
  brotli(11),
  zstd(3, false),
  zstd(3, true),
  zstd(9, true),
  {
    name: 'deflate 6, dictionary',
    pack: (bytes) => deflateRawSync(bytes, { level: 6, dictionary }),
    unpack: (bytes) => inflateRawSync(bytes, { dictionary }),
  },
  {
    name: 'deflate 9, dictionary',
    pack: (bytes) => deflateRawSync(bytes, { level: 9, dictionary }),
    unpack: (bytes) => inflateRawSync(bytes, { dictionary }),
  },
];

/** What an item has besides: its key, its trace, numbers, and its record without payloads. */
const besidesPayload = 260;

/** Microseconds of CPU for one run over all samples, by the sample. */
function microsOf(samples: readonly Buffer[], work: (sample: Buffer) => void, rounds: number): number {
  const runs = Array.from({ length: rounds }, () => {
    const { user } = process.cpuUsage();
    for (const sample of samples) work(sample);
    return (process.cpuUsage().user - user) / samples.length;
  });
  return median(runs);
}

/** What codecs make of payloads and records that the dictionary was not made of. The table of decision 16. */
export async function benchCompression({ isQuick }: BenchOptions): Promise<Row[]> {
  const rounds = isQuick ? 20 : 200;
  const sizes = [
    { name: '4 KB', samples: heldOutChats.map((chat) => payloadOf(chat)) },
    { name: '1 KB', samples: heldOutChats.map((chat) => payloadOf(chat, 750, 250)) },
    { name: '12 KB', samples: heldOutChats.map((chat) => payloadOf(chat, 9_000, 3_000)) },
  ].map(({ name, samples }) => ({ name, samples: samples.map((sample) => Buffer.from(JSON.stringify(sample))) }));
  const records = recordTexts(4_711, 40).map((text) => Buffer.from(text));

  const rows: Row[] = [];
  for (const { name, pack, unpack } of codecs) {
    for (const { name: size, samples } of sizes) {
      const packed = samples.map((sample) => pack(sample).length);
      const units = packed.map((bytes) => Math.ceil((bytes + besidesPayload) / 1024));
      rows.push({ name: `${name}: payload of ${size}`, value: mean(packed), unit: 'bytes' });
      rows.push({ name: `${name}: payload of ${size}, item`, value: mean(units), unit: 'write units' });
    }
    const [first] = sizes;
    const all = first?.samples ?? [];
    const packed = all.map(pack);
    rows.push({ name: `${name}: payload of 4 KB, pack`, value: microsOf(all, pack, rounds), unit: 'µs' });
    rows.push({ name: `${name}: payload of 4 KB, unpack`, value: microsOf(packed, unpack, rounds), unit: 'µs' });
    rows.push({
      name: `${name}: record without payload`,
      value: mean(records.map((record) => pack(record).length)),
      unit: 'bytes',
    });
  }
  return rows;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
