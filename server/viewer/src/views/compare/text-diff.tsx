import { useState } from 'react';
import type { TextStretch } from '../../model/compare/diff-text.ts';
import { formatExact } from '../../model/format.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './diff-panel.module.css';

const mostSame = 400;

/** A text with what was taken out of A and what B has instead: by colour, by a line through or under it, and by sign. */
export function TextDiff({ stretches }: { readonly stretches: readonly TextStretch[] }) {
  return (
    <p className={styles.text}>
      {stretches.map(({ kind, text }, index) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one difference do not move.
        if (kind === 'same') return <SameText key={index} text={text} />;
        const Tag = kind === 'removed' ? 'del' : 'ins';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one difference do not move.
          <Tag key={index} className={styles[kind]}>
            <span className={styles.sign}>{kind === 'removed' ? '−' : '+'}</span>
            <PayloadText text={text} />
          </Tag>
        );
      })}
    </p>
  );
}

/** What is the same is only context: the middle of a long stretch is folded. */
function SameText({ text }: { readonly text: string }) {
  const [isWhole, setIsWhole] = useState(false);
  if (isWhole || text.length <= mostSame) return <PayloadText text={text} />;
  const half = mostSame / 2;
  return (
    <>
      <PayloadText text={text.slice(0, half)} />
      <button type="button" className={styles.fold} onClick={() => setIsWhole(true)}>
        {formatExact(text.length - mostSame)} same characters
      </button>
      <PayloadText text={text.slice(-half)} />
    </>
  );
}
