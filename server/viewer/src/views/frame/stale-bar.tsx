import { useEffect, useState } from 'react';
import { useConnection } from '../../api/connection.ts';
import { queryClient } from '../../api/queries.ts';
import { formatMoment } from '../../model/format.ts';
import { usePreferences } from '../../preferences.ts';
import { Button } from '../parts/button.tsx';
import { StateMessage } from '../parts/state-message.tsx';

const retrySeconds = 8;

/** Says when what is shown is not fresh, and tries again by itself. */
export function StaleBar() {
  const { state, since } = useConnection();
  const { zone } = usePreferences();
  if (state === 'online') return null;
  if (state === 'offline')
    return (
      <div role="status">
        <StateMessage shape="line" title="Offline.">
          What is loaded still works.
        </StateMessage>
      </div>
    );
  return <Retrying key={since} at={formatMoment(since, zone).split(' ').at(-1)?.slice(0, 8) ?? ''} />;
}

function Retrying({ at }: { readonly at: string }) {
  const [left, setLeft] = useState(retrySeconds);
  const retry = () => void queryClient.refetchQueries({ type: 'active' });
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left > 0) return;
    void queryClient.refetchQueries({ type: 'active' });
    setLeft(retrySeconds);
  }, [left]);
  return (
    <div role="status">
      <StateMessage shape="line" title={`Showing data from ${at}.`} actions={<Button onClick={retry}>Now</Button>}>
        Retrying in {left} s.
      </StateMessage>
    </div>
  );
}
