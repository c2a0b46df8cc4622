import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './dialog-layer.module.css';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** `sheet` comes from the right side and is as high as the page. @default 'card' */
  readonly shape?: 'card' | 'sheet' | 'palette';
}

/** A layer over the page. It has the keyboard until it is closed, then focus returns to what opened it. */
export function DialogLayer({ title, isOpen, onClose, children, shape = 'card' }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={`${styles.popup} ${styles[shape]}`}>
          <div className={shape === 'palette' ? 'visually-hidden' : styles.header}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {shape !== 'palette' && (
              // Without a tooltip: it has the focus first, and Escape would close the tooltip instead of the layer.
              <Button look="quiet" aria-label="Close" onClick={onClose}>
                <X size={16} aria-hidden />
              </Button>
            )}
          </div>
          <div className={styles.body}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
