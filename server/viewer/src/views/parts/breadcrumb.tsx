import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { usePageSession } from '../../session-context.ts';
import styles from './breadcrumb.module.css';
import { PageHeading } from './page-heading.tsx';

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
  return (
    <div className={styles.bar}>
      <div className={styles.path}>
        <Link to={parent.to} search={{ project } as never}>
          {parent.label}
        </Link>
        <span aria-hidden>/</span>
        <PageHeading className={styles.title ?? ''}>{title}</PageHeading>
      </div>
      <div className={styles.facts}>{children}</div>
    </div>
  );
}
