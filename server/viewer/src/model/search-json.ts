import { childOf, childPath, countOfChildren, isContainer, labelsOf } from './json-value.ts';

export interface JsonSearch {
  readonly needle: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
}

export interface JsonMatches {
  /** Paths of what matches, in order. */
  readonly paths: readonly string[];
  readonly isCut: boolean;
}

export const mostMatches = 5_000;
/** So long it searches before it gives way to the page. */
const sliceMs = 12;
const stepsBetweenLooks = 500;

/** Something open on the way down, and the child of it that is next. */
interface Level {
  readonly container: object;
  readonly labels: readonly (string | number)[];
  next: number;
  readonly path: string;
}

/** Searches names of members and values. It gives way every few milliseconds, so that a page stays alive under a large payload. */
export async function searchJson(value: unknown, search: JsonSearch, signal: AbortSignal): Promise<JsonMatches> {
  const matches = matcherOf(search);
  const paths: string[] = [];
  const levels: Level[] = [];
  let until = performance.now() + sliceMs;
  const visit = (found: unknown, path: string, name: string) => {
    if (matches(name) || (!isContainer(found) && matches(String(found)))) paths.push(path);
    if (isContainer(found))
      levels.push({ container: found, labels: labelsOf(found, 0, countOfChildren(found)), next: 0, path });
  };
  if (!signal.aborted) visit(value, '$', '');
  for (let steps = 1; levels.length > 0 && paths.length < mostMatches; steps++) {
    if (steps % stepsBetweenLooks === 0 && performance.now() > until) {
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) break;
      until = performance.now() + sliceMs;
    }
    const level = levels[levels.length - 1] as Level;
    const label = level.labels[level.next++];
    if (label === undefined) levels.pop();
    else visit(childOf(level.container, label), childPath(level.path, label), typeof label === 'number' ? '' : label);
  }
  return { paths, isCut: levels.length > 0 && paths.length >= mostMatches };
}

const wordCharacter = /[\p{L}\p{M}\p{N}_]/u;

/** Whether a text has what is searched for in it. */
function matcherOf({ needle, isCaseSensitive, isWholeWord }: JsonSearch): (text: string) => boolean {
  const fold = (text: string) => (isCaseSensitive ? text : text.toLowerCase());
  const wanted = fold(needle);
  if (!isWholeWord) return (text) => fold(text).includes(wanted);
  return (text) => {
    const folded = fold(text);
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
      if (!isWord(characterBefore(folded, at)) && !isWord(characterAt(folded, at + wanted.length))) return true;
    return false;
  };
}

const isWord = (character: string): boolean => wordCharacter.test(character);
const characterAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0x20);
const characterBefore = (text: string, at: number): string => [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ' ';
