import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';

interface CopyButtonProps {
  /** What is copied; a function where making it costs something. */
  readonly text: string | (() => string);
  readonly label: string;
  /** Only the icon, with the label as its name. */
  readonly isIcon?: boolean;
  readonly className?: string | undefined;
}

const shownMs = 1_500;

/** Copies a text, and shows for a moment that it has. */
export function CopyButton({ text, label, isIcon = false, className = '' }: CopyButtonProps) {
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), shownMs);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = () => {
    void navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(() => setIsDone(true));
  };
  const icon = isDone ? <Check size={14} aria-hidden /> : <Copy size={14} strokeWidth={1.75} aria-hidden />;
  if (isIcon)
    return (
      <IconButton label={isDone ? 'Copied' : label} onClick={copy} className={className}>
        {icon}
      </IconButton>
    );
  return (
    <Button onClick={copy} className={className}>
      {icon} {isDone ? 'Copied' : label}
    </Button>
  );
}
