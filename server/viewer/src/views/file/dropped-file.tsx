import { useEffect } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './file-drop.module.css';
import { useOpenFile } from './use-open-file.ts';

interface DroppedFileProps {
  readonly file: File;
  /** It is open, or somebody has read why it cannot be. The same function each time: the file is opened once. */
  readonly onDone: () => void;
}

/** Opens a file that was dropped, and says how far that is or why it cannot be. */
export function DroppedFile({ file, onDone }: DroppedFileProps) {
  const { open, opening, error } = useOpenFile();
  useEffect(() => {
    void open(file).then((isOpen) => isOpen && onDone());
  }, [file, open, onDone]);

  if (error !== undefined)
    return (
      <Dialog title="The file cannot be opened" isOpen onClose={onDone}>
        <p className={styles.error}>
          <PayloadText text={error} />
        </p>
      </Dialog>
    );
  if (opening === undefined) return null;
  return (
    <div className={styles.over} role="status">
      Reading <PayloadText text={opening.name} /> {opening.progress}…
    </div>
  );
}
