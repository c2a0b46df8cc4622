import { useNavigate } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, useState } from 'react';
import { useShortcuts } from '../../shortcuts.ts';
import { lazyPart } from '../parts/lazy-part.ts';
import styles from './file-drop.module.css';

const { Part: DroppedFile } = lazyPart(() => import('./dropped-file.tsx').then((part) => part.DroppedFile));

/** Takes a file that is dropped anywhere on a page. */
export function FileDrop() {
  const navigate = useNavigate();
  const [dropped, setDropped] = useState<File>();
  const [isOver, setIsOver] = useState(false);
  const forget = useCallback(() => setDropped(undefined), []);
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
      setDropped(event.dataTransfer?.files[0]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);

  if (isOver)
    return (
      <div className={styles.over} role="status">
        Drop to open. Nothing is uploaded.
      </div>
    );
  if (dropped === undefined) return null;
  return (
    <Suspense fallback={null}>
      <DroppedFile file={dropped} onDone={forget} />
    </Suspense>
  );
}
