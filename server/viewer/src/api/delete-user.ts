import type { AcceptedKey } from './keys.ts';
import { queryClient } from './queries.ts';
import { send } from './request.ts';

/** Deletes the traces whose user this is, for good. What is shown of the project is read again. */
export async function deleteUser({ key, project }: AcceptedKey, userId: string): Promise<void> {
  await send(`/api/users/${encodeURIComponent(userId)}`, { method: 'DELETE', key });
  // Whoever looks at it now must not go on seeing it out of the cache.
  queryClient.removeQueries({ queryKey: ['project', project], type: 'inactive' });
  await queryClient.invalidateQueries({ queryKey: ['project', project] });
}
