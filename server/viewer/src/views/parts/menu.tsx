import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { formatKeys } from '../../shortcuts.ts';
import styles from './menu.module.css';

export interface MenuAction {
  readonly label: ReactNode;
  readonly run: () => void;
  /** The key that does the same. */
  readonly keys?: string;
  /** Why it cannot be done now: it is greyed, and this is its description. */
  readonly refusal?: string | undefined;
  readonly isChosen?: boolean;
}

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly actions: readonly (MenuAction | 'separator')[];
  readonly align?: 'start' | 'end';
}

/** A list of things to do, opened by a button. */
export function Menu({ trigger, actions, align = 'start' }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className={styles.positioner}>
          <Base.Popup className={styles.menu}>
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
