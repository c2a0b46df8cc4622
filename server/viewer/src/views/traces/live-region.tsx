import { useEffect, useRef, useState } from 'react';

const restMs = 5_000;

/** Says a count to those who do not see it, at most every five seconds. */
export function LiveRegion({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('');
  const lastAt = useRef(0);
  useEffect(() => {
    const waitMs = Math.max(0, lastAt.current + restMs - Date.now());
    const timer = setTimeout(() => {
      lastAt.current = Date.now();
      setSaid(text);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="status" className="visually-hidden">
      {said}
    </div>
  );
}
