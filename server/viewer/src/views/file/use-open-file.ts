import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { rememberKey } from '../../api/keys.ts';
import { queryClient } from '../../api/queries.ts';
import { openLocalFile } from '../../file/open-local-file.ts';
import { openedFile } from '../../file/opened-files.ts';
import { formatBytes } from '../../model/format.ts';

/** How the opening of a file stands. */
export interface Opening {
  readonly name: string;
  readonly progress: string;
  readonly share: number;
}

/** Opens a file and goes to its traces: all of them, from the first to the last. Resolves with whether it could be opened. */
export function useOpenFile() {
  const navigate = useNavigate();
  const [opening, setOpening] = useState<Opening>();
  const [error, setError] = useState<string>();

  const open = useCallback(
    async (file: File): Promise<boolean> => {
      setError(undefined);
      setOpening({ name: file.name, progress: '', share: 0 });
      try {
        const key = await openLocalFile(file, (bytes) =>
          setOpening({
            name: file.name,
            progress: `${formatBytes(bytes)} of ${formatBytes(file.size)}`,
            share: bytes / file.size,
          }),
        );
        // Another file of the same name was read under the same key.
        queryClient.removeQueries({ queryKey: ['project', key.project] });
        rememberKey(key);
        const { from, to } = openedFile(key.project)?.report ?? {};
        await navigate({ to: '/traces', search: { project: key.project, from, to } } as never);
        return true;
      } catch (failure) {
        setError(`${file.name}: ${failure instanceof Error ? failure.message : String(failure)}`);
        return false;
      } finally {
        setOpening(undefined);
      }
    },
    [navigate],
  );
  return { open, opening, error, dismiss: () => setError(undefined) };
}
