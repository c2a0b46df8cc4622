/** A provider's object while it is put together. Without a prototype: its keys come from the network. */
export type Pieces = Record<string, unknown>;

// What arrives in pieces. Anything else is whole when it comes, and some servers send it again with each piece.
const texts = new Set('content,refusal,reasoning,reasoning_content,arguments,input,text,data,transcript'.split(','));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What there was of an object, and a piece more. Texts are joined. */
function join(before: unknown, piece: object): Pieces {
  const whole = (before ?? Object.create(null)) as Pieces;
  for (const [key, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) whole[key] = value.reduce(joinPart, whole[key] ?? []);
    else if (isObject(value)) whole[key] = join(whole[key], value);
    else whole[key] = texts.has(key) && whole[key] !== undefined ? `${whole[key]}${value}` : value;
  }
  return whole;
}

/**
 * Puts a part of a list to the part of the same index: those of parallel calls and choices arrive in turns. Some
 * compatible servers leave the index out, and send each part whole.
 */
export function joinPart(list: unknown[], part: unknown): unknown[] {
  if (!isObject(part)) return [...list, part];
  const { index } = part as Pieces;
  const known = index === undefined ? undefined : list.find((one) => (one as Pieces)['index'] === index);
  if (known === undefined) list.push(join(undefined, part));
  else join(known, part);
  return list;
}

/** The parts of a list in the order of their indices, without those. */
export const inOrder = (parts: unknown[]): Pieces[] =>
  (parts as Pieces[])
    .sort((one, other) => Number(one['index'] ?? 0) - Number(other['index'] ?? 0))
    .map(({ index: _, ...part }) => part);
