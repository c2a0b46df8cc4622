import { lazy, Suspense, useState } from 'react';
import { beginningOf } from '../../model/beginning.ts';
import { countOf, formatExact } from '../../model/format.ts';
import { hasMarkup } from '../../model/has-markup.ts';
import { countInvisible } from '../../model/invisible-characters.ts';
import { usePreferences } from '../../preferences.ts';
import { Button } from '../parts/button.tsx';
import styles from './message-text.module.css';
import { PlainText } from './plain-text.tsx';

const Markdown = lazy(() => import('./markdown.tsx').then((module) => ({ default: module.Markdown })));

const LongText = lazy(() => import('./long-text.tsx').then((module) => ({ default: module.LongText })));

const foldFromLines = 20;
const foldFromCharacters = 4_000;
/** Beyond this, text is drawn plain, line by line: parsing it would stop the page. */
const mostMarkdown = 200_000;

interface MessageTextProps {
  readonly text: string;
  /** Fold from so many lines on. @default 20 */
  readonly lines?: number | undefined;
  /** It is still being written: shown as it is so far, with an open end. @default false */
  readonly isPartial?: boolean | undefined;
}

/** The text of a message: Markdown or plain, folded where it is long. */
export function MessageText({ text, lines = foldFromLines, isPartial = false }: MessageTextProps) {
  const { isMarkdown } = usePreferences();
  const [isOpen, setIsOpen] = useState(false);
  const [isPlain, setIsPlain] = useState(false);
  if (text.length > mostMarkdown)
    return (
      <Suspense fallback={null}>
        <LongText text={text} />
      </Suspense>
    );
  const head = beginningOf(text, lines, foldFromCharacters);
  const shown = isOpen ? text : head;
  const hidden = countInvisible(text);
  return (
    <div className={styles.text}>
      {hidden > 0 && (
        <p className={styles.hidden}>
          {countOf(hidden, 'hidden character')}{' '}
          <Button look="quiet" isPressed={isPlain} onClick={() => setIsPlain(!isPlain)}>
            Show plainly
          </Button>
        </p>
      )}
      {isMarkdown && !isPartial && hasMarkup(shown) ? (
        <Suspense fallback={<PlainText text={shown} isPlain={isPlain} />}>
          <Markdown text={shown} isPlain={isPlain} />
        </Suspense>
      ) : (
        <PlainText text={shown} isPlain={isPlain} isOpenEnded={isPartial && shown === text} />
      )}
      {head.length < text.length && (
        <Button look="quiet" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Show less' : `Show all (${formatExact(text.length)} characters)`}
        </Button>
      )}
    </div>
  );
}
