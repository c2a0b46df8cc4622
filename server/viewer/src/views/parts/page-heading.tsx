import { type ReactNode, useEffect, useRef } from 'react';

/** The heading of a page. It takes the focus when the page opens: another page is announced by its heading. */
export function PageHeading({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={className}>
      {children}
    </h1>
  );
}
