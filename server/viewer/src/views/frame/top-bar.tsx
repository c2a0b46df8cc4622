import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronDown, CircleQuestionMark, Command, Monitor, Moon, Settings, Sun } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useConnection } from '../../api/connection.ts';
import { useKnownKeys } from '../../api/session.ts';
import { rangeOfFile } from '../../file/opened-files.ts';
import { defaultRange, fixedRange } from '../../model/time-range.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { formatKeys, useShortcuts } from '../../shortcuts.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import { Menu } from '../parts/menu.tsx';
import { places } from './places.ts';
import styles from './top-bar.module.css';

const { Part: CommandPalette } = lazyPart(() => import('./command-palette.tsx').then((part) => part.CommandPalette));
const { Part: HelpDialog } = lazyPart(() => import('./help-dialog.tsx').then((part) => part.HelpDialog));

const themes = { system: Monitor, light: Sun, dark: Moon } as const;
const connections = { online: 'Connected', stale: 'The server does not answer', offline: 'Offline' } as const;

/** Where one is, where one can go, and what can be done anywhere. */
export function TopBar() {
  const { project } = usePageSession();
  const { theme } = usePreferences();
  const { state } = useConnection();
  const navigate = useNavigate();
  const [layer, setLayer] = useState<'palette' | 'help'>();
  const ThemeIcon = themes[theme];

  const go = (to: string) => void navigate({ to, search: { project, ...rangeOfFile(project) } } as never);
  useShortcuts('Everywhere', [
    { keys: 'mod+k', label: 'Find a page, a trace or an action', run: () => setLayer('palette') },
    { keys: '?', label: 'Keys of this page', run: () => setLayer('help') },
    ...places.map(({ label, to, keys }) => ({ keys, label: `Go to ${label.toLowerCase()}`, run: () => go(to) })),
    {
      keys: 'y',
      label: 'Copy the link to what is shown',
      run: () => void navigator.clipboard.writeText(location.href),
    },
    {
      keys: 'Y',
      label: 'Copy the link, with fixed times',
      run: () => void navigator.clipboard.writeText(withFixedTimes(location.href)),
    },
  ]);

  return (
    <header className={styles.bar}>
      <ProjectMenu />
      <nav aria-label="Pages" className={styles.places}>
        {places.map(({ label, to, Icon }) => (
          <Link
            key={to}
            to={to}
            search={{ project, ...rangeOfFile(project) }}
            className={styles.place ?? ''}
            activeProps={{ className: styles.active ?? '', 'aria-current': 'page' }}
            activeOptions={{ includeSearch: false }}
          >
            <Icon size={16} strokeWidth={1.75} className={styles.placeIcon} aria-hidden />
            {label}
          </Link>
        ))}
      </nav>
      <Button className={styles.command ?? ''} onClick={() => setLayer('palette')}>
        <Command size={14} aria-hidden /> <span className={styles.find}>Find</span> <kbd>{formatKeys('mod+k')}</kbd>
      </Button>
      <span role="img" aria-label={connections[state]} title={connections[state]} className={styles[state]} />
      <Menu
        align="end"
        trigger={
          <IconButton label={`Theme: ${theme}`}>
            <ThemeIcon size={16} strokeWidth={1.75} />
          </IconButton>
        }
        actions={(['system', 'light', 'dark'] as const).map((choice) => ({
          label: { system: 'As the system', light: 'Light', dark: 'Dark' }[choice],
          isChosen: choice === theme,
          run: () => setPreferences({ theme: choice }),
        }))}
      />
      <IconButton label="Settings" className={styles.roomy ?? ''} onClick={() => go('/settings')}>
        <Settings size={16} strokeWidth={1.75} />
      </IconButton>
      <IconButton label="Keys of this page" className={styles.roomy ?? ''} onClick={() => setLayer('help')}>
        <CircleQuestionMark size={16} strokeWidth={1.75} />
      </IconButton>
      <Suspense fallback={null}>
        {layer === 'palette' && <CommandPalette onClose={() => setLayer(undefined)} onHelp={() => setLayer('help')} />}
        {layer === 'help' && <HelpDialog onClose={() => setLayer(undefined)} />}
      </Suspense>
    </header>
  );
}

/** A link that shows the same tomorrow: a range that ends now gets both its ends. */
function withFixedTimes(address: string): string {
  const url = new URL(address);
  const from = url.searchParams.get('from') ?? (url.pathname.endsWith('/traces') ? defaultRange.from : null);
  if (from === null) return address;
  const fixed = fixedRange({ from, to: url.searchParams.get('to') ?? undefined }, Date.now());
  url.searchParams.set('from', fixed.from);
  url.searchParams.set('to', fixed.to);
  return url.href;
}

function ProjectMenu() {
  const { project } = usePageSession();
  const keys = useKnownKeys();
  const navigate = useNavigate();
  return (
    <Menu
      trigger={
        <Button look="quiet" className={styles.project ?? ''} title={`Project ${project}`}>
          <bdi>{project}</bdi> <ChevronDown size={12} aria-hidden />
        </Button>
      }
      actions={[
        ...keys.map((key) => ({
          label: <bdi>{key.project}</bdi>,
          isChosen: key.project === project,
          run: () => void navigate({ to: '/traces', search: { project: key.project } } as never),
        })),
        'separator' as const,
        { label: 'Use another key…', run: () => void navigate({ to: '/sign-in' } as never) },
      ]}
    />
  );
}
