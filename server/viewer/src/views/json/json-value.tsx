import { useState } from 'react';
import { formatExact } from '../../model/format.ts';
import { jsonKind } from '../../model/json-rows.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { LongText } from '../text/long-text.tsx';
import styles from './json-view.module.css';

const shownCharacters = 200;

interface JsonValueProps {
  readonly value: unknown;
  readonly size: number | undefined;
  readonly isOpen: boolean;
}

/** A value in one line. */
export function JsonValue({ value, size, isOpen }: JsonValueProps) {
  const kind = jsonKind(value);
  switch (kind) {
    case 'absent':
      return <span className={styles.absent}>not recorded</span>;
    case 'null':
      return <span className={styles.constant}>null</span>;
    case 'boolean':
      return <span className={styles.constant}>{String(value)}</span>;
    case 'number':
      return <span className={styles.number}>{String(value)}</span>;
    case 'string':
      return <StringValue text={value as string} />;
    case 'array':
      if (size === 0) return <span className={styles.punctuation}>[]</span>;
      return <span className={styles.punctuation}>{isOpen ? '[' : `[ ${formatExact(size ?? 0)} ]`}</span>;
    case 'object':
      if (size === 0) return <span className={styles.punctuation}>{'{}'}</span>;
      return <span className={styles.punctuation}>{isOpen ? '{' : `{ ${keysOf(value as object)} }`}</span>;
  }
}

const keysOf = (value: object): string => {
  const keys = Object.keys(value);
  return `${keys.slice(0, 4).join(', ')}${keys.length > 4 ? `, … ${formatExact(keys.length)}` : ''}`;
};

/** A string; a long one shows its beginning and opens in a layer of its own. */
function StringValue({ text }: { readonly text: string }) {
  const [isShown, setIsShown] = useState(false);
  const isLong = text.length > shownCharacters || text.includes('\n');
  const inner = parsed(text);
  return (
    <>
      <span className={styles.string}>
        "<PayloadText text={isLong ? text.slice(0, shownCharacters).replaceAll('\n', '↵') : text} />
        {isLong && text.length > shownCharacters ? '…' : ''}"
      </span>
      {(isLong || inner !== undefined) && (
        <button
          type="button"
          className={styles.showAll}
          onClick={(event) => {
            event.stopPropagation();
            setIsShown(true);
          }}
        >
          {inner === undefined ? `Show all ${formatExact(text.length)} characters` : 'Open'}
        </button>
      )}
      {isShown && (
        <Dialog title="Text" isOpen shape="sheet" onClose={() => setIsShown(false)}>
          <LongText text={text} />
        </Dialog>
      )}
    </>
  );
}

/** JSON inside a string is shown as what it is, in the layer. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 1_000_000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
