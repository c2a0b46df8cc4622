/** The list from which a trace was opened: its neighbours there, and the address that shows it again. */
export interface Neighbours {
  readonly ids: readonly string[];
  readonly search: string;
}

let neighbours: Neighbours | undefined;

export function rememberNeighbours(ids: readonly string[], search: string): void {
  neighbours = { ids, search };
}

/** Undefined for a trace that was opened by its address. */
export const neighboursOf = (traceId: string): Neighbours | undefined =>
  neighbours?.ids.includes(traceId) ? neighbours : undefined;
