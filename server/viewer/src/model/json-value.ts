import { WrittenNumber } from './parse-json.ts';

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object' | 'absent';

export function jsonKind(value: unknown): JsonKind {
  if (value === null) return 'null';
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'array';
  if (value instanceof WrittenNumber) return 'number';
  return typeof value as JsonKind;
}

/** Whether it is a list or an object, which has values in it. */
export const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof WrittenNumber);

// Of an object with a hundred thousand members, a list of their names costs more than the rows that are drawn.
const namesOf = new WeakMap<object, readonly string[]>();

function memberNames(container: object): readonly string[] {
  const known = namesOf.get(container);
  if (known !== undefined) return known;
  const names = Object.keys(container);
  namesOf.set(container, names);
  return names;
}

export const countOfChildren = (container: object): number =>
  Array.isArray(container) ? container.length : memberNames(container).length;

/** The names of members, or the positions in a list, of a stretch of children. */
export function labelsOf(container: object, from: number, to: number): readonly (string | number)[] {
  if (!Array.isArray(container)) return memberNames(container).slice(from, to);
  const count = Math.max(0, Math.min(to, container.length) - from);
  return Array.from({ length: count }, (_, index) => from + index);
}

export const childOf = (container: object, label: string | number): unknown =>
  (container as Readonly<Record<string | number, unknown>>)[label];

const plainName = /^[A-Za-z_$][\w$]*$/;

/** The path of a child: `$.messages[3]["a name"]`. */
export const childPath = (path: string, label: string | number): string =>
  typeof label === 'number'
    ? `${path}[${label}]`
    : plainName.test(label)
      ? `${path}.${label}`
      : `${path}[${JSON.stringify(label)}]`;
