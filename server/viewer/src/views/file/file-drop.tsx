import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useShortcuts } from '../../shortcuts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './file-drop.module.css';
import { useOpenFile } from './use-open-file.ts';

/** Takes a file that is dropped anywhere on a page. */
export function FileDrop() {
  const navigate = useNavigate();
  const { open, opening, error, dismiss } = useOpenFile();
  const [isOver, setIsOver] = useState(false);
  useShortcuts('Files', [
    { keys: 'g o', label: 'Open a file of this computer', run: () => void navigate({ to: '/file' } as never) },
  ]);
  useEffect(() => {
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setIsOver(false);
    const drop = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setIsOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void open(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [open]);

  if (isOver || opening !== undefined)
    return (
      <div className={styles.over} role="status">
        {opening === undefined ? (
          'Drop to open. Nothing is uploaded.'
        ) : (
          <>
            Reading <PayloadText text={opening.name} /> {opening.progress}…
          </>
        )}
      </div>
    );
  return (
    <Dialog title="The file cannot be opened" isOpen={error !== undefined} onClose={dismiss}>
      <p className={styles.error}>
        <PayloadText text={error ?? ''} />
      </p>
    </Dialog>
  );
}
