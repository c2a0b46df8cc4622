import { ChevronDown, ChevronRight } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { formatExact } from '../../model/format.ts';
import { type JsonRow, pageOfChildren } from '../../model/json-rows.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { JsonValue } from './json-value.tsx';
import styles from './json-view.module.css';
import type { OpenedText } from './string-layer.tsx';

interface JsonRowViewProps {
  readonly id: string;
  readonly row: JsonRow;
  readonly top: number;
  readonly isActive: boolean;
  readonly isMatch: boolean;
  readonly onPress: (event: MouseEvent) => void;
  readonly onOpenText: (opened: OpenedText) => void;
}

/** A line of a JSON value. What it can be copied as shows when it is pointed at, and when the keyboard is on it. */
export function JsonRowView({ id, row, top, isActive, isMatch, onPress, onOpenText }: JsonRowViewProps) {
  const [isPointedAt, setIsPointedAt] = useState(false);
  const { depth, label, value, size, isOpen, rest } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keyboard.
    <div
      id={id}
      role="treeitem"
      // The tree has the focus, and says which row it is on.
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={isActive}
      aria-expanded={size === undefined || size === 0 ? undefined : isOpen}
      className={`${styles.row} ${isActive ? styles.active : ''} ${isMatch ? styles.match : ''}`}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 4 + depth * 14 }}
      onClick={onPress}
      onPointerEnter={() => setIsPointedAt(true)}
      onPointerLeave={() => setIsPointedAt(false)}
    >
      {rest === undefined ? (
        <>
          <span className={styles.chevron} aria-hidden>
            {size !== undefined && size > 0 && (isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
          </span>
          {label !== undefined && (
            <span className={styles.label}>
              <PayloadText text={label} />:
            </span>
          )}
          <JsonValue value={value} isOpen={isOpen} onOpenText={onOpenText} />
          {(isActive || isPointedAt) && <RowActions row={row} />}
        </>
      ) : (
        <span className={styles.rest}>
          Show {formatExact(Math.min(pageOfChildren, rest.count))} of {formatExact(rest.count)}{' '}
          {rest.side === 'before' ? 'before' : 'more'}
        </span>
      )}
    </div>
  );
}

function RowActions({ row: { value, path } }: { readonly row: JsonRow }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps clicks on the buttons from opening the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the buttons have their own keys.
    <span className={styles.actions} onClick={(event) => event.stopPropagation()}>
      <CopyButton
        isIcon
        label="Copy value"
        text={() => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}
      />
      <CopyButton isIcon label="Copy path" text={path} className={styles.path} />
    </span>
  );
}
