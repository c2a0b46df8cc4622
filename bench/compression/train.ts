// `pnpm train-dictionary`: server/src/stores/dynamodb/dictionary.ts anew. Stored data names the dictionary that it was written
// with, so once a release has one, a new one is added beside it and this one stays.
import { writeFileSync } from 'node:fs';
import { payloadOf, prose, recordTexts, scaffolding, trainingChats } from './corpus.ts';

/** Longer ones compress a little better and cost every start; beyond this a payload of 4 KB gains less than 1 %. */
const dictionaryBytes = 16 * 1024;
const segmentLength = 48;
const gramLength = 7;

/**
 * Picks the segments of the samples whose parts occur in the most of them, and each part once (the idea of zstd's own trainer,
 * COVER). The most valuable stand last, nearest to what is compressed.
 */
export function train(samples: readonly string[], bytes: number): string {
  const frequency = new Map<string, number>();
  for (const sample of samples) {
    const seen = new Set<string>();
    for (let at = 0; at + gramLength <= sample.length; at += 1) seen.add(sample.slice(at, at + gramLength));
    for (const gram of seen) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
  }
  const covered = new Set<string>();
  const worthOf = (segment: string): number => {
    let value = 0;
    const own = new Set<string>();
    for (let at = 0; at + gramLength <= segment.length; at += 1) {
      const gram = segment.slice(at, at + gramLength);
      const count = frequency.get(gram) ?? 0;
      if (count > 1 && !covered.has(gram) && !own.has(gram)) value += count;
      own.add(gram);
    }
    return value;
  };
  let candidates = samples.flatMap((sample) =>
    Array.from({ length: Math.ceil(sample.length / (segmentLength / 2)) }, (_, index) => {
      const text = sample.slice((index * segmentLength) / 2, (index * segmentLength) / 2 + segmentLength);
      return { text, value: worthOf(text) };
    }),
  );
  candidates.sort((a, b) => b.value - a.value);
  const chosen: string[] = [];
  let length = 0;
  while (length < bytes && candidates.length > 0) {
    // Values only fall as grams are covered: the first whose value still stands is the best.
    const first = candidates[0] as (typeof candidates)[number];
    const value = worthOf(first.text);
    if (value === 0 && first.value === 0) break;
    if (value < first.value) {
      candidates[0] = { text: first.text, value };
      const next = candidates.findIndex((other, index) => index > 0 && other.value <= value);
      const end = next === -1 ? candidates.length : next;
      candidates = [...candidates.slice(1, end), { text: first.text, value }, ...candidates.slice(end)];
      continue;
    }
    chosen.push(first.text);
    length += Buffer.byteLength(first.text);
    for (let at = 0; at + gramLength <= first.text.length; at += 1) covered.add(first.text.slice(at, at + gramLength));
    candidates = candidates.slice(1);
  }
  return chosen.toReversed().join('');
}

/** Paragraphs: what a text of one kind shares with the others of it. */
const paragraphs = (text: string): string[] => text.split(/\n+/).filter((part) => part.length > 40);

export function samplesOf(): string[] {
  return [
    ...prose().flatMap(paragraphs),
    ...trainingChats.flatMap((chat) => paragraphs(`${chat.system}\n${chat.context}\n${chat.question}\n${chat.answer}`)),
    ...trainingChats.map((chat) => JSON.stringify(payloadOf(chat)).slice(0, 400)),
    ...recordTexts(1, 200),
  ];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = train(samplesOf(), dictionaryBytes) + scaffolding.join('') + recordTexts(7, 8).join('');
  const base64 = Buffer.from(text, 'utf8').toString('base64');
  const file = new URL('../../server/src/stores/dynamodb/dictionary.ts', import.meta.url).pathname;
  writeFileSync(
    file,
    `// Made by \`pnpm train-dictionary\`; bench/compression has what it is made of. What is stored needs it: never change it.

/** What texts of model calls and records have in common: the compressor refers to it instead of repeating it. */
export const dictionary: Uint8Array = Buffer.from(
  '${base64}',
  'base64',
);
`,
  );
  console.log(`the dictionary has ${Buffer.byteLength(text)} bytes`);
}
