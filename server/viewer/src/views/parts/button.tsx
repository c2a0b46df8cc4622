import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './button.module.css';
import { Tooltip } from './tooltip.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` for the one thing to do here, `quiet` for what stands in a row of text. @default 'plain' */
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  /** Whether a toggle is on. */
  readonly isPressed?: boolean;
}

export function Button({ look = 'plain', isPressed, className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={isPressed}
      {...rest}
      className={`${styles.button} ${styles[look]} ${className}`}
    />
  );
}

interface IconButtonProps extends ButtonProps {
  /** Its name, also shown as a tooltip. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A button that is an icon: its name is in its tooltip and for screen readers. */
export function IconButton({ label, children, className = '', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <Button look="quiet" aria-label={label} className={`${styles.icon} ${className}`} {...rest}>
        {children}
      </Button>
    </Tooltip>
  );
}
