import { formatExact } from '../../../model/format.ts';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './tabs.module.css';

const mostShown = 50;

/** The documents of a retrieval, as they were ranked. */
export function Documents({ documents }: { readonly documents: readonly unknown[] }) {
  return (
    <ol className={styles.documents}>
      {documents.slice(0, mostShown).map((document, index) => {
        const { title, id, score, text, content, page_content } = (document ?? {}) as Record<string, unknown>;
        const body = [text, content, page_content].find((candidate) => typeof candidate === 'string') as
          | string
          | undefined;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a ranking does not move.
          <li key={index}>
            <p>
              <strong>
                {index + 1}. <PayloadText text={String(title ?? id ?? 'document')} />
              </strong>
              {typeof score === 'number' && <span className={styles.muted}> score {Number(score.toPrecision(3))}</span>}
            </p>
            {body !== undefined && (
              <p className={styles.threeLines}>
                <PayloadText text={body.slice(0, 600)} />
              </p>
            )}
          </li>
        );
      })}
      {documents.length > mostShown && (
        <li className={styles.muted}>{formatExact(documents.length - mostShown)} more below</li>
      )}
    </ol>
  );
}
