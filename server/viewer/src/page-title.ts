import { useEffect } from 'react';

/** Sets the title of the page: what it shows, then the name of the program. */
export function usePageTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts.filter((part) => part !== undefined && part !== ''), 'LLM Tracer'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
