/** What the text of a body tells of all its records at once, so that most need no closer look. */
export interface BodyTraits {
  readonly characters: number;
  readonly mayHoldHugeNumbers: boolean;
}

/** Why a record cannot be kept whole, and the status that says so. */
export interface RecordFault {
  readonly status: 413 | 422;
  readonly detail: string;
}

/** What keeps a record from being kept whole: a number beyond a double, or a field over the limit. */
export function recordFault(
  record: unknown,
  { characters, mayHoldHugeNumbers }: BodyTraits,
  { maxPayloadBytes }: { readonly maxPayloadBytes: number },
): RecordFault | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  if (mayHoldHugeNumbers) {
    const path = pathOfHugeNumber(record, '');
    if (path !== undefined)
      return { status: 422, detail: `${path}: a number beyond what a double can hold; send it as a string` };
  }
  // A character takes at most three bytes, so the fields of a shorter body need no measuring.
  if (characters * 3 <= maxPayloadBytes) return undefined;
  for (const [name, value] of Object.entries(record)) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > maxPayloadBytes)
      return {
        status: 413,
        detail: `${name}: ${bytes} bytes of JSON are more than MAX_PAYLOAD_BYTES (${maxPayloadBytes})`,
      };
  }
  return undefined;
}

/** Where a number stands that `JSON.parse` has read as infinite. Recursion is bounded by MAX_JSON_DEPTH. */
function pathOfHugeNumber(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = pathOfHugeNumber(member, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
