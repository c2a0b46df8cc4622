import { StoreUnavailable } from '../store.ts';
import { pause } from './concurrency.ts';
import { Conflict, isTransient } from './failures.ts';
import type { WriteContext } from './write-context.ts';

/** Tries again what met somebody else, or a fault that may pass, until the deadline. */
export async function untilCommitted<T>(
  { deadlineMs }: Pick<WriteContext, 'deadlineMs'>,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Conflict || isTransient(error))) throw error;
      if (performance.now() > deadline)
        throw error instanceof Conflict
          ? new StoreUnavailable('too many write to the same traces at once', { cause: error })
          : error;
      await pause(count);
    }
  }
}
