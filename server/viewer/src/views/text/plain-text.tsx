import { PayloadText } from '../parts/payload-text.tsx';
import styles from './plain-text.module.css';

interface PlainTextProps {
  readonly text: string;
  /** Without badges for what is not seen. */
  readonly isPlain: boolean;
  /** It is still being written. @default false */
  readonly isOpenEnded?: boolean;
}

/** A text as it was written, its lines broken where there is no more room. */
export function PlainText({ text, isPlain, isOpenEnded = false }: PlainTextProps) {
  return (
    <p className={styles.plain} dir="auto">
      <PayloadText text={text} isPlain={isPlain} />
      {isOpenEnded && <span className={styles.openEnd} aria-hidden />}
    </p>
  );
}
