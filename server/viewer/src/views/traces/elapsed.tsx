import { useEffect, useState } from 'react';
import { formatDuration } from '../../model/format.ts';

/** How long something runs already. Updated once a second at most, and not while the page is hidden. */
export function Elapsed({ since }: { readonly since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  return <span>{formatDuration(seconds * 1000)} …</span>;
}
