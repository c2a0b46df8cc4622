import { type MouseEvent, type ReactNode, useMemo } from 'react';
import { base64Look } from '../../model/base64.ts';
import { formatExact } from '../../model/format.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './json-view.module.css';
import { type OpenedText, textOfBytes } from './string-layer.tsx';

const shownCharacters = 200;

interface StringValueProps {
  readonly text: string;
  readonly onOpen: (opened: OpenedText) => void;
}

/** A string in one line. Where there is more to it, that opens in a layer: its whole length, the JSON in it, the image that it is. */
export function StringValue({ text, onOpen }: StringValueProps) {
  const bytes = useMemo(() => base64Look(text), [text]);
  const isLong = text.length > shownCharacters || text.includes('\n');
  return (
    <>
      {bytes === undefined ? <Head text={text} /> : <span className={styles.bytes}>{textOfBytes(bytes)}</span>}
      {bytes?.image !== undefined && <Open onPress={() => onOpen({ as: 'image', text })}>Preview</Open>}
      {looksLikeJson(text) && <Open onPress={() => onOpen({ as: 'json', text })}>Parse</Open>}
      {isLong && (
        <Open onPress={() => onOpen({ as: 'text', text })}>Show all {formatExact(text.length)} characters</Open>
      )}
    </>
  );
}

function Head({ text }: { readonly text: string }) {
  const head = text.slice(0, shownCharacters).replaceAll('\n', '↵');
  return (
    <span className={styles.string}>
      "<PayloadText text={head} />
      {text.length > shownCharacters ? '…' : ''}"
    </span>
  );
}

/** By both its ends: whether it is JSON shows when it is parsed, not at each look at a row. */
const looksLikeJson = (text: string): boolean =>
  /^\s*(?:\{.*\}|\[.*\])\s*$/s.test(text.length <= shownCharacters ? text : text.slice(0, 100) + text.slice(-100));

interface OpenProps {
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function Open({ onPress, children }: OpenProps) {
  const open = (event: MouseEvent) => {
    // The row around it would open or fold.
    event.stopPropagation();
    onPress();
  };
  return (
    <button type="button" className={styles.showAll} onClick={open}>
      {children}
    </button>
  );
}
