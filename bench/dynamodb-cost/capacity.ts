/** How DynamoDB counts: the documented rules for sizes and units. Nothing here calls AWS. */

export type Item = Readonly<Record<string, unknown>>;

/** Bytes of an item: names and values, numbers by their digits. */
export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

function valueSize(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'number' || typeof value === 'bigint')
    return Math.ceil(String(value).replace(/^-|0+$|\.(?=\d*$)/g, '').length / 2) + 1;
  return Buffer.byteLength(JSON.stringify(value));
}

/** An item that is replaced, or removed, costs by the larger of what it was and what it becomes. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number =>
  Math.max(1, ...[before, after].map((item) => (item === undefined ? 0 : Math.ceil(sizeOf(item) / 1024))));

export interface Index {
  readonly name: string;
  readonly keys: readonly string[];
  /** Whether all attributes are copied into it, or its keys and the table's only. */
  readonly isWhole?: boolean;
}

/** What an index costs with a write: nothing if its entry stays as it is, two writes if the entry moves. */
export function indexUnits(
  tableKey: string,
  { keys, isWhole }: Index,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const entry = (item: Item | undefined): Item | undefined => {
    if (item === undefined || keys.some((key) => item[key] === undefined)) return undefined;
    return isWhole ? item : Object.fromEntries([tableKey, ...keys].map((key) => [key, item[key]]));
  };
  const [old, now] = [entry(before), entry(after)];
  if (old === undefined || now === undefined) return old === now ? 0 : writeUnits(old, now);
  const hasMoved = keys.some((key) => old[key] !== now[key]);
  if (hasMoved) return writeUnits(old, undefined) + writeUnits(undefined, now);
  return isWhole ? writeUnits(old, now) : 0;
}

/** Reads are by 4 KB; an item that is not there costs as the smallest. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
