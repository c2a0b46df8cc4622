import { diffSequence, type Stretch } from './diff-sequence.ts';

/** A stretch of text that is in both, only in A, or only in B. */
export interface TextStretch {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Words are compared up to so many; of longer texts the lines. */
const mostWords = 20_000;
const leastShared = 0.15;
const wordForm = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

/** Two texts by words, or by lines where they are long. Swapped, it is the mirror image. */
export function diffText(a: string, b: string): readonly TextStretch[] {
  if (a === b) return a === '' ? [] : [{ kind: 'same', text: a }];
  // Of several shortest ways one is found; it must not depend on which text is called A.
  if (a > b) return mirrored(diffText(b, a));
  const [wordsA, wordsB] = [a.match(wordForm) ?? [], b.match(wordForm) ?? []];
  const isLong = wordsA.length > mostWords || wordsB.length > mostWords;
  const [partsA, partsB] = isLong ? [linesOf(a), linesOf(b)] : [wordsA, wordsB];
  const stretches = joined(diffSequence(partsA, partsB, (x, y) => x === y));
  // Two texts that share no more than their common words are easier to read one after the other.
  const shared = stretches.reduce((sum, { kind, text }) => (kind === 'same' ? sum + text.trim().length : sum), 0);
  if (shared >= Math.min(a.length, b.length) * leastShared || a === '' || b === '') return stretches;
  return [
    { kind: 'removed', text: a },
    { kind: 'added', text: b },
  ];
}

/** The same difference, seen from the other side: what goes still comes before what comes. */
function mirrored(stretches: readonly TextStretch[]): readonly TextStretch[] {
  const result: TextStretch[] = [];
  let waiting: TextStretch | undefined;
  for (const { kind, text } of stretches) {
    if (kind === 'removed') {
      waiting = { kind: 'added', text };
      continue;
    }
    if (kind === 'added') result.push({ kind: 'removed', text });
    if (waiting !== undefined) result.push(waiting);
    waiting = undefined;
    if (kind === 'same') result.push({ kind, text });
  }
  return waiting === undefined ? result : [...result, waiting];
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function joined(stretches: readonly Stretch<string>[]): TextStretch[] {
  const texts = stretches.map(({ kind, items }) => ({ kind, text: items.join('') }));
  // A single space between two changed words would only cut one change into two.
  const result: TextStretch[] = [];
  for (let index = 0; index < texts.length; ) {
    let [removed, added] = ['', ''];
    let end = index;
    for (; end < texts.length; end += 1) {
      const { kind, text } = texts[end] as TextStretch;
      if (kind === 'removed') removed += text;
      else if (kind === 'added') added += text;
      else if (end > index && /^[^\S\n]$/.test(text) && texts[end + 1] !== undefined) {
        removed += text;
        added += text;
      } else break;
    }
    if (removed !== '') result.push({ kind: 'removed', text: removed });
    if (added !== '') result.push({ kind: 'added', text: added });
    if (end === index) {
      result.push(texts[index] as TextStretch);
      end += 1;
    }
    index = end;
  }
  return result;
}
