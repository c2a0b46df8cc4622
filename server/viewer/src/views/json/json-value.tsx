import { formatExact } from '../../model/format.ts';
import { countOfChildren, jsonKind, labelsOf } from '../../model/json-value.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './json-view.module.css';
import type { OpenedText } from './string-layer.tsx';
import { StringValue } from './string-value.tsx';

interface JsonValueProps {
  readonly value: unknown;
  readonly isOpen: boolean;
  /** Opens a string, whose line is too short for it. */
  readonly onOpenText: (opened: OpenedText) => void;
}

/** A value in one line. */
export function JsonValue({ value, isOpen, onOpenText }: JsonValueProps) {
  switch (jsonKind(value)) {
    case 'absent':
      return <span className={styles.absent}>not recorded</span>;
    case 'null':
      return <span className={styles.constant}>null</span>;
    case 'boolean':
      return <span className={styles.constant}>{String(value)}</span>;
    case 'number':
      return <span className={styles.number}>{String(value)}</span>;
    case 'string':
      return <StringValue text={value as string} onOpen={onOpenText} />;
    case 'array':
      return <span className={styles.punctuation}>{arrayText(value as object, isOpen)}</span>;
    case 'object':
      return (
        <span className={styles.punctuation}>
          <PayloadText text={objectText(value as object, isOpen)} />
        </span>
      );
  }
}

function arrayText(value: object, isOpen: boolean): string {
  const size = countOfChildren(value);
  if (size === 0) return '[]';
  return isOpen ? '[' : `[ ${formatExact(size)} ]`;
}

const shownNames = 4;

function objectText(value: object, isOpen: boolean): string {
  const size = countOfChildren(value);
  if (size === 0) return '{}';
  if (isOpen) return '{';
  return `{ ${labelsOf(value, 0, shownNames).join(', ')}${size > shownNames ? `, … ${formatExact(size)}` : ''} }`;
}
