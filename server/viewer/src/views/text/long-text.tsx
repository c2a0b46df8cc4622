import { useMemo, useRef, useState } from 'react';
import { countOf, formatBytes } from '../../model/format.ts';
import { countInvisible } from '../../model/invisible-characters.ts';
import { parseJson } from '../../model/parse-json.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { useFixedRows } from '../parts/use-fixed-rows.ts';
import styles from './long-text.module.css';

const lineHeight = 18;
/** A line without a break is cut into pieces of this length to be drawn: one of 40 MB would stop the browser. */
const pieceLength = 2_000;
const mostHeight = 640;
/** Looking for invisible characters walks the whole text. */
const inspectUpTo = 200_000;

/** A text of any length: only the lines that are seen are drawn. */
export function LongText({ text }: { readonly text: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isPlain, setIsPlain] = useState(false);
  const [isParsed, setIsParsed] = useState(false);
  const pretty = useMemo(() => (isParsed ? prettyOf(text) : undefined), [text, isParsed]);
  const lines = useMemo(() => linesOf(pretty ?? text), [text, pretty]);
  // Not by a Blob: it hands 40 MB to another process, which takes a second.
  const bytes = useMemo(() => new TextEncoder().encode(text).length, [text]);
  const hidden = useMemo(() => (text.length <= inspectUpTo ? countInvisible(text) : 0), [text]);
  const fixed = useFixedRows({ scroller, count: lines.length, rowHeight: lineHeight, overscan: 20 });
  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        <span>{formatBytes(bytes)}</span>
        {hidden > 0 && (
          <>
            <span>{countOf(hidden, 'hidden character')}</span>
            <Button look="quiet" isPressed={isPlain} onClick={() => setIsPlain(!isPlain)}>
              Show plainly
            </Button>
          </>
        )}
        {/^\s*[[{]/.test(text) && (
          <Button look="quiet" isPressed={isParsed} onClick={() => setIsParsed(!isParsed)}>
            Parse
          </Button>
        )}
        <CopyButton text={text} label="Copy" />
      </div>
      <section
        aria-label="Text"
        ref={scroller}
        className={styles.scroller}
        style={{ height: Math.min(mostHeight, lines.length * lineHeight + 24) }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        tabIndex={0}
      >
        <div className={styles.body} style={{ height: fixed.height }}>
          {fixed.mounted.map(({ index, start }) => (
            <div key={index} className={styles.line} style={{ transform: `translateY(${start}px)` }}>
              <PayloadText text={lines[index] ?? ''} isPlain={isPlain} />
            </div>
          ))}
        </div>
      </section>
    </div>
  );
}

function prettyOf(text: string): string | undefined {
  try {
    return JSON.stringify(parseJson(text), undefined, 2);
  } catch {
    return undefined;
  }
}

function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.length <= pieceLength) lines.push(line);
    else for (let at = 0; at < line.length; at += pieceLength) lines.push(line.slice(at, at + pieceLength));
  }
  return lines;
}
