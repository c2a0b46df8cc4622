import { isJsonObject } from '../domain/json.ts';

/**
 * The parents of spans that were filtered out, by span; '' for one that had none. The trace's metadata keeps them, so that
 * what comes later, or came before, finds its place, whichever process it came to.
 */
export type FilteredParents = ReadonlyMap<string, string>;

const prefix = 'otel.filtered/';
// Of one request, and of what a process remembers: they are kept with the trace's record, which every request reads.
export const mostFilteredOfTrace = 2_000;

/** As members of a trace's metadata. */
export const filteredMetadata = (
  parents: readonly (readonly [spanId: string, parent: string])[],
): Record<string, string> => Object.fromEntries(parents.map(([spanId, parent]) => [prefix + spanId, parent]));

export function filteredParents(metadata: unknown): Map<string, string> {
  if (!isJsonObject(metadata)) return new Map();
  return new Map(
    Object.entries(metadata).flatMap(([key, parent]) =>
      key.startsWith(prefix) && typeof parent === 'string' ? [[key.slice(prefix.length), parent] as const] : [],
    ),
  );
}

/** The nearest ancestor that was not filtered out; '' where there is none. */
export function keptAncestor(parent: string, filtered: FilteredParents): string {
  const passed = new Set<string>();
  let ancestor = parent;
  // A cycle of filtered spans leads nowhere.
  while (filtered.has(ancestor)) {
    if (passed.has(ancestor)) return '';
    passed.add(ancestor);
    ancestor = filtered.get(ancestor) as string;
  }
  return ancestor;
}
