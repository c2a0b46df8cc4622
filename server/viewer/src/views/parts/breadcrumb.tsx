import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { usePageSession } from '../../session-context.ts';
import styles from './breadcrumb.module.css';

interface BreadcrumbProps {
  /** The list that this is one of. */
  readonly parent: { readonly label: string; readonly to: string };
  /** What it is called: the heading of the page. */
  readonly title: ReactNode;
  /** Totals, and what can be done, at the other end of the line. */
  readonly children?: ReactNode;
}

/** The second line of a page about one thing: the way back to its list, its name, and its totals. */
export function Breadcrumb({ parent, title, children }: BreadcrumbProps) {
  const { project } = usePageSession();
  const heading = useRef<HTMLHeadingElement>(null);
  // Another page is announced by its heading.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={styles.bar}>
      <div className={styles.path}>
        <Link to={parent.to} search={{ project } as never}>
          {parent.label}
        </Link>
        <span aria-hidden>/</span>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
      </div>
      <div className={styles.facts}>{children}</div>
    </div>
  );
}
