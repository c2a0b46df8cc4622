import { setPreferences, usePreferences } from '../../preferences.ts';
import { formatKeys, useShortcutList } from '../../shortcuts.ts';
import { Dialog } from '../parts/dialog.tsx';
import styles from './help-dialog.module.css';

/** The keys of the page that is open, and the switch that turns single keys off. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const layers = useShortcutList();
  const { hasShortcuts } = usePreferences();
  return (
    <Dialog title="Keys" isOpen onClose={onClose}>
      <div className={styles.help}>
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={hasShortcuts}
            onChange={(event) => setPreferences({ hasShortcuts: event.target.checked })}
          />
          Single keys act
        </label>
        {layers.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl className={styles.keys}>
              {shortcuts
                .filter(({ isAlias }) => isAlias !== true)
                .map(({ keys, label }) => (
                  <div key={keys}>
                    <dt>
                      <kbd>{formatKeys(keys)}</kbd>
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
