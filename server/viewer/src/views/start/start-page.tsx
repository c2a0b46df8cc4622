import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { listTraces } from '../../api/queries.ts';
import { basePath } from '../../base-path.ts';
import { formatDuration, shortId } from '../../model/format.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { snippets } from './snippets.ts';
import styles from './start-page.module.css';

const pollMs = 2_000;

/** How to send a first trace, and that trace when it has arrived. */
export function StartPage() {
  usePageTitle('First trace');
  const { key, project } = usePageSession();
  const [openedAt] = useState(() => new Date());
  const { data } = useQuery({
    queryKey: ['project', project, 'newest'],
    queryFn: ({ signal }) => listTraces(key, {}, signal, 1),
    refetchInterval: pollMs,
    staleTime: 0,
  });
  const [newest] = data?.traces ?? [];
  const texts = useMemo(() => snippets(`${location.origin}${basePath}`, project), [project]);

  const [chosen, setChosen] = useState<string>();
  const shown = texts.find(({ name }) => name === chosen) ?? texts[0];

  return (
    <div className={styles.page}>
      <h1>{newest === undefined ? 'Waiting for your first trace' : 'Send a trace'}</h1>
      <p className={styles.lead}>
        Set two variables where your application runs, and add one of these to it. The key is one that may write to
        project <bdi>{project}</bdi>; it is not printed here.
      </p>
      <Tabs
        label="Ways to send"
        tabs={texts.map(({ name }) => ({ id: name, label: name }))}
        current={shown?.name ?? ''}
        onChoose={setChosen}
        classes={{ tabs: styles.tabs, list: styles.list, tab: styles.tab, panel: styles.panel }}
      >
        <CopyButton text={shown?.text ?? ''} label="Copy" className={styles.copy} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
        <pre tabIndex={0}>{shown?.text}</pre>
      </Tabs>
      <div role="status" className={styles.live}>
        {newest === undefined ? (
          <>
            <span className={styles.dot} /> Listening… nothing yet
          </>
        ) : (
          <>
            <StatusMark status={newest.status} />
            <strong>
              <PayloadText text={newest.name} />
            </strong>
            <span>{formatDuration(newest.duration_ms)}</span>
            <code>{shortId(newest.trace_id)}</code>
            {new Date(newest.start_time) < openedAt && <span className={styles.note}>arrived before</span>}
            <Link
              to={'/traces/$traceId' as never}
              params={{ traceId: newest.trace_id } as never}
              search={{ project } as never}
            >
              Open it
            </Link>
          </>
        )}
      </div>
    </div>
  );
}
