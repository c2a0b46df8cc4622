import { useState } from 'react';
import type { Said } from '../../api/turn.ts';
import { beginningOf } from '../../model/beginning.ts';
import { formatExact } from '../../model/format.ts';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { MessageText } from '../text/message-text.tsx';
import styles from './turn-view.module.css';

const mostLines = 20;
const mostCharacters = 4_000;

interface SaidBlockProps {
  readonly side: 'user' | 'assistant';
  readonly said: Said;
  readonly isRunning: boolean;
}

/** What one side said, as it was recorded: where the text is from another record than the trace, that is said. */
export function SaidBlock({ side, said: { text, payload, from }, isRunning }: SaidBlockProps) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = text ?? (payload === undefined ? undefined : JSON.stringify(payload, undefined, 2));
  const folded = shown === undefined ? '' : beginningOf(shown, mostLines, mostCharacters);
  return (
    <section className={`${styles.said} ${styles[side]}`}>
      <h2 className={styles.role}>
        {side}
        {from !== undefined && (
          <span className={styles.source}>
            {' '}
            from <PayloadText text={from.name} />
          </span>
        )}
      </h2>
      {text !== undefined ? (
        <MessageText text={text} />
      ) : shown === undefined ? (
        <p className={styles.none}>{isRunning ? 'still running' : 'Not recorded'}</p>
      ) : (
        <p className={styles.json}>
          <PayloadText text={isWhole ? shown : folded} />
        </p>
      )}
      {shown !== undefined && text === undefined && folded.length < shown.length && (
        <Button look="quiet" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all (${formatExact(shown.length)} characters)`}
        </Button>
      )}
    </section>
  );
}
