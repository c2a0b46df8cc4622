import { useEffect, useState } from 'react';
import type { CodeToken } from '../../model/highlight-code.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { PayloadText, VisibleText } from '../parts/payload-text.tsx';
import styles from './code-block.module.css';
import { highlightInWorker } from './text-worker.ts';

/** Beyond this, code is plain: colours would cost more than they tell. */
const mostHighlighted = 50_000;

interface CodeBlockProps {
  readonly code: string;
  readonly language: string | undefined;
  readonly isPlain: boolean;
}

/** Code of a payload, as it was written: no line is broken, and its colours come when their code has been fetched. */
export function CodeBlock({ code, language, isPlain }: CodeBlockProps) {
  const tokens = useTokens(code, language);
  return (
    <div className={styles.code}>
      <div className={styles.head}>
        <span>
          <PayloadText text={language ?? 'code'} />
        </span>
        <CopyButton isIcon label="Copy code" text={code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
      <pre tabIndex={0}>
        {tokens === undefined ? (
          <PayloadText text={code} isPlain={isPlain} />
        ) : (
          <bdi dir="auto">
            {tokens.map(({ text, kind }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text do not move.
              <span key={index} className={kind === undefined ? undefined : styles[kind]}>
                <VisibleText text={text} isPlain={isPlain} />
              </span>
            ))}
          </bdi>
        )}
      </pre>
    </div>
  );
}

function useTokens(code: string, language: string | undefined): readonly CodeToken[] | undefined {
  const [found, setFound] = useState<{ readonly code: string; readonly tokens: readonly CodeToken[] | undefined }>();
  useEffect(() => {
    if (language === undefined || code.length > mostHighlighted) return;
    let isWanted = true;
    void highlightInWorker(code, language).then((tokens) => {
      if (isWanted) setFound({ code, tokens });
    });
    return () => {
      isWanted = false;
    };
  }, [code, language]);
  return found?.code === code ? found.tokens : undefined;
}
