import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useRef } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { meQuery } from '../../api/queries.ts';
import { signInByItself, useKey } from '../../api/session.ts';
import { isFile } from '../../file/opened-files.ts';
import { SessionContext } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';
import { FileDrop } from '../file/file-drop.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import styles from './frame.module.css';
import { KeyRefused } from './key-refused.tsx';
import { StaleBar } from './stale-bar.tsx';
import { TopBar } from './top-bar.tsx';

const { Part: FileBanner } = lazyPart(() => import('../file/file-banner.tsx').then((part) => part.FileBanner));

/** What stands around every page but the one for signing in: it makes sure of a key, and holds the top bar. */
export function Frame() {
  const { search, change } = useUrlState();
  const { project } = search;
  const key = useKey(project);
  const me = useQuery({ ...meQuery(key ?? { project: '', scopes: [], isKept: false }), enabled: key !== undefined });
  useSignIn(project, key === undefined);

  // The project is always written: a link says whose data it shows.
  useEffect(() => {
    if (key !== undefined && project === undefined) change({ project: key.project });
  }, [key, project, change]);

  const session = useMemo(
    () => (key === undefined ? undefined : { key, project: key.project, me: isFile(key.key) ? undefined : me.data }),
    [key, me.data],
  );
  if (session === undefined) return null;
  return (
    <SessionContext value={session}>
      <a href="#page" className={styles.skip}>
        Skip to the page
      </a>
      <div className={styles.frame}>
        <TopBar />
        <StaleBar />
        {isFile(session.project) && (
          <Suspense fallback={null}>
            <FileBanner project={session.project} />
          </Suspense>
        )}
        <main id="page" tabIndex={-1} className={styles.page}>
          <Outlet />
        </main>
      </div>
      <FileDrop />
      {me.error instanceof ApiProblem && me.error.status === 401 && <KeyRefused project={session.project} />}
    </SessionContext>
  );
}

/** Gets a key where there is none: without asking where the server allows it, else on the page for it. */
function useSignIn(project: string | undefined, isNeeded: boolean): void {
  const navigate = useNavigate();
  // Once a project: while the page for it is on its way, this one is still there.
  const askedFor = useRef<string>(undefined);
  useEffect(() => {
    if (!isNeeded) askedFor.current = undefined;
    if (!isNeeded || askedFor.current === (project ?? '')) return;
    askedFor.current = project ?? '';
    const next = location.pathname + location.search;
    if (isFile(project)) return void navigate({ to: '/file', search: { next }, replace: true } as never);
    void signInByItself().then((accepted) => {
      if (accepted === undefined || (project !== undefined && accepted.project !== project))
        return navigate({ to: '/sign-in', search: { next }, replace: true } as never);
    });
  }, [isNeeded, project, navigate]);
}
