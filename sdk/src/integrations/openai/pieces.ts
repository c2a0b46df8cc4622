/** A provider's object while it is put together. */
export type Pieces = Record<string, unknown>;

// What arrives in pieces. Anything else is whole when it comes, and some servers send it again with each piece.
const texts = new Set('content,refusal,reasoning,reasoning_content,arguments,input,text,data,transcript'.split(','));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Puts a piece of an object to what there is of it. Texts are joined. */
export function join(whole: Pieces, piece: object): Pieces {
  for (const key in piece) {
    const value = (piece as Pieces)[key];
    // A key from the network: not a way to the prototype of all objects.
    if (value === null || value === undefined || key === '__proto__') continue;
    const before = Object.hasOwn(whole, key) ? whole[key] : undefined;
    if (Array.isArray(value)) whole[key] = value.reduce(joinPart, before ?? []);
    else if (isObject(value)) whole[key] = join((before ?? {}) as Pieces, value);
    else whole[key] = before !== undefined && texts.has(key) ? `${before}${value}` : value;
  }
  return whole;
}

/**
 * Puts a part of a list to the part of the same index: those of parallel calls arrive in turns. Some compatible servers
 * leave the index out, and send each part whole.
 */
function joinPart(list: unknown[], part: unknown): unknown[] {
  if (!isObject(part)) return [...list, part];
  const { index } = part as Pieces;
  join(index === undefined ? added(list) : partOf(list, index), part);
  return list;
}

const added = (list: unknown[], index?: unknown): Pieces => {
  const part = { index };
  list.push(part);
  return part;
};

/** The part of a list that has the index; a new one if there is none. */
export const partOf = (list: unknown[], index: unknown): Pieces =>
  (list as Pieces[]).find((one) => one['index'] === index) ?? added(list, index);

/** The parts of a list in the order of their indices. */
export const inOrder = (parts: unknown[]): Pieces[] =>
  (parts as Pieces[]).sort((one, other) => Number(one['index'] ?? 0) - Number(other['index'] ?? 0));
