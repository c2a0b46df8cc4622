import { Popover as Base } from '@base-ui/react/popover';
import type { ReactNode } from 'react';
import styles from './popover.module.css';
import type { LayerTrigger } from './use-layer-trigger.ts';

interface PopoverLayerProps extends LayerTrigger {
  readonly label: string;
  readonly className: string | undefined;
  readonly children: ReactNode;
}

/** What a popover's button opens. */
export function PopoverLayer({ anchor, isOpen, onOpenChange, label, className, children }: PopoverLayerProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={4} align="start" className={styles.positioner}>
          <Base.Popup className={`${styles.popup} ${className}`} aria-label={label}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
