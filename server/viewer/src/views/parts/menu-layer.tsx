import { Menu as Base } from '@base-ui/react/menu';
import { useRef } from 'react';
import { formatKeys } from '../../shortcuts.ts';
import styles from './menu.module.css';
import type { MenuAction } from './menu.tsx';
import type { LayerTrigger } from './use-layer-trigger.ts';

interface MenuLayerProps extends LayerTrigger {
  readonly actions: readonly (MenuAction | 'separator')[];
  readonly align: 'start' | 'end';
}

/** The list that a menu's button opens. */
export function MenuLayer({ anchor, labelId, isOpen, isByKeyboard, onOpenChange, actions, align }: MenuLayerProps) {
  const list = useRef<HTMLDivElement>(null);
  // Who came by keyboard finds the first action active; who came by pointer, none.
  const activateFirst = (hasOpened: boolean) => {
    if (hasOpened && isByKeyboard) list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  };
  return (
    <Base.Root modal={false} open={isOpen} onOpenChange={onOpenChange} onOpenChangeComplete={activateFirst}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={4} align={align} className={styles.positioner}>
          <Base.Popup ref={list} className={styles.menu} aria-labelledby={labelId}>
            {actions.map((action, index) =>
              action === 'separator' ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a separator is nothing but its place.
                <Base.Separator key={`separator ${index}`} className={styles.separator} />
              ) : (
                <Base.Item
                  // biome-ignore lint/suspicious/noArrayIndexKey: the list of a menu does not change while it is open.
                  key={index}
                  className={styles.item}
                  disabled={action.refusal !== undefined}
                  onClick={action.run}
                >
                  {action.isChosen !== undefined && <span className={styles.mark}>{action.isChosen ? '✓' : ''}</span>}
                  <span className={styles.label}>
                    {action.label}
                    {action.refusal !== undefined && <small className={styles.refusal}>{action.refusal}</small>}
                  </span>
                  {action.keys !== undefined && <kbd className={styles.keys}>{formatKeys(action.keys)}</kbd>}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
