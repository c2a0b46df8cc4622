import { useNavigate, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { forgetKey } from '../../api/keys.ts';
import { signIn, useKnownKeys } from '../../api/session.ts';
import { basePath } from '../../base-path.ts';
import { usePageTitle } from '../../page-title.ts';
import { useUrlState } from '../../url-state.ts';
import { Button } from '../parts/button.tsx';
import styles from './sign-in-page.module.css';

/** Enters a key; then the page that asked for it. */
export function SignInPage() {
  usePageTitle('Sign in');
  const { search } = useUrlState();
  const router = useRouter();
  const navigate = useNavigate();
  const keys = useKnownKeys();
  const errorId = useId();
  const [error, setError] = useState<string>();
  const [isAsking, setIsAsking] = useState(false);
  const next = ownAddress(search['next']);
  const project = next === undefined ? undefined : new URL(next, location.origin).searchParams.get('project');

  const goOn = (accepted: string) => {
    // A link of another project than the key's would only ask again.
    if (next !== undefined && (project === null || project === accepted)) router.history.replace(next);
    else void navigate({ to: '/traces', search: { project: accepted }, replace: true } as never);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = String(form.get('key')).trim();
    setIsAsking(true);
    try {
      const accepted = await signIn(key, form.get('keep') !== null);
      goOn(accepted.project);
    } catch (caught) {
      const isRefused = caught instanceof ApiProblem && caught.status === 401;
      setError(isRefused ? 'The server does not know this key.' : (caught as Error).message);
      setIsAsking(false);
    }
  };
  useEffect(() => {
    document.querySelector<HTMLInputElement>('input[name=key]')?.focus();
  }, []);

  return (
    <main className={styles.page}>
      <h1>LLM Tracer</h1>
      {project != null && (
        <p>
          This link belongs to project{' '}
          <strong>
            <bdi>{project}</bdi>
          </strong>
          . Enter a key for it.
        </p>
      )}
      <form onSubmit={(event) => void submit(event)} className={styles.form}>
        <label>
          API key
          <input
            name="key"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            aria-invalid={error !== undefined}
            aria-describedby={errorId}
          />
        </label>
        <label className={styles.keep}>
          <input name="keep" type="checkbox" aria-describedby={`${errorId}-keep`} /> Keep on this device
        </label>
        <p id={`${errorId}-keep`} className={styles.note}>
          Without it, the key is forgotten when this tab is closed. With it, it is stored in this browser.
        </p>
        <p id={errorId} role="alert" className={styles.error}>
          {error}
        </p>
        <Button type="submit" look="primary" disabled={isAsking}>
          Sign in
        </Button>
      </form>
      {keys.length > 0 && (
        <section>
          <h2>Keys of this tab and device</h2>
          <ul className={styles.keys}>
            {keys.map(({ project: name, isKept, scopes }) => (
              <li key={name}>
                <bdi>{name}</bdi>
                <span className={styles.note}>
                  {scopes.includes('admin') ? 'admin' : scopes.join(', ')}, {isKept ? 'this device' : 'this tab'}
                </span>
                <Button onClick={() => goOn(name)}>Use</Button>
                <Button look="danger" onClick={() => forgetKey(name)}>
                  Forget
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

/** Only an address of this viewer: a link must not be able to send somebody elsewhere after signing in. */
function ownAddress(next: string | undefined): string | undefined {
  if (next === undefined || !next.startsWith(`${basePath}/`) || /^\/[/\\]/.test(next)) return undefined;
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : undefined;
}
