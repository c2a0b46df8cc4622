import type { Truncation } from 'llm-tracer/schema';
import type { Merged } from '../../../src/domain/record.ts';
import { canonical, sha256 } from './canonical.ts';

/** What one record says about one unit: something that merging takes or leaves as a whole. */
interface Claim {
  readonly unit: string;
  readonly rank: number;
  /** Compared one after the other where ranks are equal. */
  readonly order: readonly string[];
  /** The field values that go with the unit. */
  readonly values: readonly (readonly [field: string, value: unknown])[];
}

/** A record as merging leaves it: the winning claim of each unit. */
export type MergedRecord = ReadonlyMap<string, Claim>;

const payloads = ['input', 'output', 'input_data', 'output_data'];

/**
 * wire.md, Merging: "merging takes each field's greater (rank, canonical JSON): nothing is decided for the record as a whole,
 * an absent field never erases."
 */
export const mergeAll = (records: readonly Merged[]): MergedRecord => {
  const winners = new Map<string, Claim>();
  for (const claim of records.flatMap(claimsOf)) {
    const winner = winners.get(claim.unit);
    if (winner === undefined || isGreater(claim, winner)) winners.set(claim.unit, claim);
  }
  return winners;
};

export const claimsOf = ({ rank, fields }: Merged): Claim[] => {
  const { metadata = {}, truncated = {}, cost_usd, cost_source, ...plain } = fields;
  const cut = new Map<string, readonly Truncation[]>(Object.entries(truncated));
  const claims: Claim[] = [];

  for (const [key, value] of Object.entries(metadata)) {
    claims.push({ unit: `metadata.${key}`, rank, order: [canonical(value)], values: [[key, value]] });
  }
  if (cost_usd !== undefined) {
    const source = cost_source === undefined ? '' : canonical(cost_source);
    claims.push({
      unit: 'cost_usd',
      rank,
      order: [canonical(cost_usd), source],
      values: [
        ['cost_usd', cost_usd],
        ['cost_source', cost_source],
      ],
    });
  }
  for (const [field, value] of Object.entries(plain)) {
    if (payloads.includes(field)) {
      const entries = cut.get(field);
      claims.push({
        unit: field,
        rank,
        order: [sha256(value), entries === undefined ? '' : canonical(entries)],
        values: [
          [field, value],
          [`truncated ${field}`, entries],
        ],
      });
    } else {
      claims.push({ unit: field, rank, order: [canonical(value)], values: [[field, value]] });
    }
  }
  const other = cut.get('other');
  if (other !== undefined) {
    claims.push({ unit: 'truncated', rank, order: [canonical(other)], values: [['truncated other', other]] });
  }
  return claims;
};

const isGreater = (a: Claim, b: Claim): boolean => {
  if (a.rank !== b.rank) return a.rank > b.rank;
  for (const [index, text] of a.order.entries()) {
    const other = b.order[index] as string;
    if (text !== other) return text > other;
  }
  return false;
};

/** Whether the merged record already says what a claim says. */
export const says = (record: MergedRecord, claim: Claim): boolean => {
  const winner = record.get(claim.unit);
  return winner !== undefined && canonical(winner.order) === canonical(claim.order);
};

export const field = (record: MergedRecord, name: string): unknown =>
  record.get(name)?.values.find(([key]) => key === name)?.[1];

export const text = (record: MergedRecord, name: string): string | undefined =>
  field(record, name) as string | undefined;

/** All fields under their wire names; `truncated` as one list, sorted by path; `metadata` as one object, `{}` without keys. */
export const fieldsOf = (record: MergedRecord): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  const metadata: (readonly [string, unknown])[] = [];
  const truncated: Truncation[] = [];
  for (const { unit, values } of record.values()) {
    for (const [key, value] of values) {
      if (unit.startsWith('metadata.')) metadata.push([key, value]);
      else if (value === undefined) continue;
      else if (key.startsWith('truncated ')) truncated.push(...(value as Truncation[]));
      else fields[key] = value;
    }
  }
  truncated.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.original_bytes - b.original_bytes));
  // fromEntries makes `__proto__` an own member, as JSON.parse does.
  return { ...fields, metadata: Object.fromEntries(metadata), ...(truncated.length > 0 ? { truncated } : {}) };
};

/** Whether merging changed anything, ranks included. */
export const isSameRecord = (a: MergedRecord, b: MergedRecord): boolean =>
  a.size === b.size &&
  [...a].every(([unit, { rank, order }]) => {
    const other = b.get(unit);
    return other !== undefined && other.rank === rank && canonical(other.order) === canonical(order);
  });
