import { Fragment } from 'react';
import { splitInvisible } from '../../model/invisible-characters.ts';
import styles from './payload-text.module.css';

interface PayloadTextProps {
  readonly text: string;
  /** Shows it without badges. @default false */
  readonly isPlain?: boolean;
}

/**
 * Text that somebody else wrote (names, ids, payloads): isolated, so that its writing direction cannot rearrange what
 * stands beside it, and with its invisible characters drawn as badges.
 */
export function PayloadText(props: PayloadTextProps) {
  return (
    <bdi dir="auto">
      <VisibleText {...props} />
    </bdi>
  );
}

/** The same for a stretch of such a text, which is isolated as a whole. */
export function VisibleText({ text, isPlain = false }: PayloadTextProps) {
  if (isPlain) return text;
  return splitInvisible(text).map((part, index) =>
    part.isInvisible ? (
      // The badge is drawn by CSS, so that selecting and copying yields the character itself.
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text do not move.
      <span key={index} className={styles.badge} data-name={part.name}>
        {part.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text do not move.
      <Fragment key={index}>{part.text}</Fragment>
    ),
  );
}
