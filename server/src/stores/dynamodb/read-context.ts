import type { SearchDepth } from '../../domain/search-text.ts';
import type { WriteContext } from './write-context.ts';

/** What a read is done with. It writes too, where it meets what a crash left uncommitted. */
export interface ReadContext extends WriteContext {
  /** What `q` finds. */
  readonly searchDepth: SearchDepth | 'off';
  /** How many traces one call reads at the most; how many items of spans where it looks for words. */
  readonly scanLimit: number;
  /** Aborted when nobody waits for the answer any more: what is read then is paid for in vain. */
  readonly signal?: AbortSignal | undefined;
}
