import { Abandoned } from '../store.ts';
import type { Statements } from './statements.ts';
import type { TextMemory } from './text-memory.ts';

/** What a read is done with. `project` is the name and the number that rows carry. */
export interface ReadContext {
  readonly sql: Statements;
  readonly project: { readonly name: string; readonly id: number };
  /** The latest retention start that has expired. */
  readonly cutoffMicros: number;
  /** Tombstones made at or before this have served. */
  readonly forgottenMicros: number;
  /** Where long answers are written. @default memory of their own */
  readonly textMemory?: TextMemory;
  /** Whether nobody waits for the answer any more. To be asked in whatever goes over many rows. */
  readonly isAbandoned?: () => boolean;
}

/** Ends a read that nobody waits for. */
export function throwIfAbandoned({ isAbandoned }: Pick<ReadContext, 'isAbandoned'>): void {
  if (isAbandoned?.()) throw new Abandoned();
}
