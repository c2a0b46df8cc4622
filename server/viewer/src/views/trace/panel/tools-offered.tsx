import { countOf } from '../../../model/format.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { Fold } from '../../parts/fold.tsx';
import styles from './tabs.module.css';

/** What a model could have called. */
export function ToolsOffered({ tools }: { readonly tools: unknown }) {
  if (!Array.isArray(tools) || tools.length === 0) return null;
  return (
    <Fold summary={`${countOf(tools.length, 'tool')} offered`} className={styles.section}>
      <LazyJsonView value={tools} label="Tools offered" mostHeight={320} />
    </Fold>
  );
}
