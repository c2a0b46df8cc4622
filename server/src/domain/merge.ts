import type { Truncation } from 'llm-tracer/schema';
import { canonicalHash, canonicalJson, type JsonObject } from './json.ts';
import type { Fields, Merged } from './record.ts';

/**
 * What is merged as one: a field by its wire name, a metadata member (`metadata.<key>`), a payload with what a limit cut
 * out of it, a cost with its source.
 */
interface Unit {
  readonly value: unknown;
  readonly companion: unknown;
}

const payloads = new Set(['input', 'output', 'input_data', 'output_data']);
const metadataPrefix = 'metadata.';

/**
 * Merges what two records say (wire.md, Merging): each unit comes from the record of greater rank, or between equal ranks
 * from the greater canonical JSON. Nothing is decided for a record as a whole and an absent field never erases, so this is
 * commutative, associative and idempotent. Returns `stored` itself when `incoming` adds nothing.
 */
export function merge(stored: Merged, incoming: Merged): Merged {
  const before = unitsOf(stored.fields);
  const taken = new Map<string, Unit>();
  const ranks = new Map<string, number>();

  for (const [name, unit] of unitsOf(incoming.fields)) {
    const rank = rankOfUnit(incoming, name);
    const current = before.get(name);
    const currentRank = rankOfUnit(stored, name);
    if (current !== undefined && (rank < currentRank || (rank === currentRank && !isGreater(name, unit, current))))
      continue;
    taken.set(name, unit);
    ranks.set(name, rank);
  }
  if (taken.size === 0) return stored;

  const units = new Map(before);
  for (const [name, unit] of taken) units.set(name, unit);
  for (const name of before.keys()) if (!ranks.has(name)) ranks.set(name, rankOfUnit(stored, name));
  return { ...compressed(ranks), fields: fieldsOf(units) };
}

/** The greatest rank that any unit of a record has. */
export const highestRank = (record: Merged): number => Math.max(record.rank, ...Object.values(record.ranks));

/** Those of `fields` that differ from what `record` holds; metadata member by member. Undefined when none does. */
export function differingFields(record: Merged, fields: Fields): Fields | undefined {
  const stored = unitsOf(record.fields);
  const differing = new Map(
    [...unitsOf(fields)].filter(([name, unit]) => {
      const current = stored.get(name);
      return current === undefined || !isSame(unit, current);
    }),
  );
  return differing.size === 0 ? undefined : fieldsOf(differing);
}

const rankOfUnit = (record: Merged, name: string): number =>
  Object.hasOwn(record.ranks, name) ? (record.ranks[name] as number) : record.rank;

function unitsOf(fields: Fields): Map<string, Unit> {
  const units = new Map<string, Unit>();
  for (const name of Object.keys(fields)) {
    if (name === 'metadata') {
      for (const [key, value] of Object.entries(fields.metadata as JsonObject))
        units.set(metadataPrefix + key, { value, companion: undefined });
    } else if (name === 'truncated') {
      const other = fields.truncated?.['other'];
      if (other !== undefined) units.set('truncated', { value: other, companion: undefined });
    } else if (name === 'cost_usd') {
      units.set(name, { value: fields[name], companion: fields['cost_source'] });
    } else if (payloads.has(name)) {
      units.set(name, { value: fields[name], companion: fields.truncated?.[name] });
    } else if (name !== 'cost_source') {
      units.set(name, { value: fields[name], companion: undefined });
    }
  }
  return units;
}

function fieldsOf(units: ReadonlyMap<string, Unit>): Fields {
  const fields: JsonObject = {};
  const metadata: [string, unknown][] = [];
  const truncated: Record<string, readonly Truncation[]> = {};
  for (const [name, { value, companion }] of units) {
    if (name.startsWith(metadataPrefix)) metadata.push([name.slice(metadataPrefix.length), value]);
    else if (name === 'truncated') truncated['other'] = value as Truncation[];
    else {
      fields[name] = value;
      if (companion === undefined) continue;
      if (name === 'cost_usd') fields['cost_source'] = companion;
      else truncated[name] = companion as Truncation[];
    }
  }
  // fromEntries defines own members, so that a key such as __proto__ stays data.
  if (metadata.length > 0) fields['metadata'] = Object.fromEntries(metadata);
  if (Object.keys(truncated).length > 0) fields['truncated'] = truncated;
  return fields;
}

const textOf = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));

const isSame = (a: Unit, b: Unit): boolean =>
  textOf(a.value) === textOf(b.value) && textOf(a.companion) === textOf(b.companion);

function isGreater(name: string, a: Unit, b: Unit): boolean {
  const [left, right] = [textOf(a.value), textOf(b.value)];
  if (left === right) return textOf(a.companion) > textOf(b.companion);
  return payloads.has(name) ? canonicalHash(a.value) > canonicalHash(b.value) : left > right;
}

/** The commonest rank as the record's own, the rest as exceptions: what is stored stays small. */
function compressed(ranks: ReadonlyMap<string, number>): Pick<Merged, 'rank' | 'ranks'> {
  const rank = Math.max(...ranks.values());
  const exceptions = [...ranks].filter(([, other]) => other !== rank);
  return { rank, ranks: Object.fromEntries(exceptions) };
}
