import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TraceListAnswer } from 'llm-tracer/schema';
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from 'react';
import { resolveId } from '../../api/resolve-id.ts';
import { shortId } from '../../model/format.ts';
import { setPreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { formatKeys, useShortcutList } from '../../shortcuts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './command-palette.module.css';
import { places } from './places.ts';

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly run: () => void | Promise<void>;
}

interface CommandPaletteProps {
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

const idForm = /^[A-Za-z0-9_-]{6,100}$/;
const mostTraces = 30;

/** One field for everything: pages, traces that were listed, ids of log lines, what this page can do. */
export function CommandPalette({ onClose, onHelp }: CommandPaletteProps) {
  return (
    <Dialog title="Find a page, a trace or an action" isOpen onClose={onClose} shape="palette">
      <Palette onClose={onClose} onHelp={onHelp} />
    </Dialog>
  );
}

function Palette({ onClose, onHelp }: CommandPaletteProps) {
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [failure, setFailure] = useState<string>();
  const entries = useEntries(typed.trim(), onHelp, setFailure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text begins at its first entry.
  useEffect(() => {
    setActive(0);
    setFailure(undefined);
  }, [typed]);

  const choose = async (entry: Entry | undefined) => {
    if (entry === undefined) return;
    if (!entry.id.startsWith('id ')) onClose();
    await entry.run();
    if (entry.id.startsWith('id ')) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setActive((at) => Math.max(0, Math.min(entries.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))));
    }
    if (event.key === 'Enter') void choose(entries[active]).catch(() => {});
  };

  return (
    <>
      <input
        className={styles.field}
        role="combobox"
        aria-expanded={entries.length > 0}
        aria-controls={entries.length > 0 ? listId : undefined}
        aria-activedescendant={entries[active] && `${listId}-${active}`}
        aria-label="Find a page, a trace or an action"
        placeholder="A page, an action, a trace, or any id"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the palette is opened to type into it.
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {failure !== undefined && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      {entries.length === 0 ? (
        <p role="status" className={styles.nothing}>
          Nothing has this name.
        </p>
      ) : (
        <div id={listId} role="listbox" aria-label="What was found" className={styles.list}>
          {entries.map((entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard.
            <div
              key={entry.id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={index === active ? styles.active : styles.entry}
              onClick={() => void choose(entry).catch(() => {})}
              onPointerMove={() => setActive(index)}
            >
              <PayloadText text={entry.label} />
              {entry.hint !== undefined && <kbd>{entry.hint}</kbd>}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function useEntries(typed: string, onHelp: () => void, onFailure: (text: string) => void): readonly Entry[] {
  const { key, project } = usePageSession();
  const layers = useShortcutList();
  const client = useQueryClient();
  const navigate = useNavigate();

  return useMemo(() => {
    const go = (to: string, params?: object) => navigate({ to, params, search: { project } } as never);
    const pages: Entry[] = places.map(({ label, to, keys }) => ({
      id: `page ${to}`,
      label,
      hint: formatKeys(keys),
      run: () => go(to),
    }));
    const actions: Entry[] = layers.flatMap(({ title, shortcuts }) =>
      shortcuts
        .filter(({ isAlias, keys }) => isAlias !== true && keys !== 'mod+k' && keys !== '?' && !keys.startsWith('g '))
        .map(({ keys, label, run }) => ({
          id: `key ${title} ${keys}`,
          label,
          hint: formatKeys(keys),
          run: () => run(undefined),
        })),
    );
    const others: Entry[] = [
      { id: 'settings', label: 'Settings', run: () => go('/settings') },
      { id: 'start', label: 'How to send a first trace', run: () => go('/start') },
      { id: 'help', label: 'Keys of this page', hint: '?', run: onHelp },
      { id: 'light', label: 'Light theme', run: () => setPreferences({ theme: 'light' }) },
      { id: 'dark', label: 'Dark theme', run: () => setPreferences({ theme: 'dark' }) },
      { id: 'system', label: 'Theme of the system', run: () => setPreferences({ theme: 'system' }) },
    ];
    const needle = typed.toLowerCase();
    const matching = [...pages, ...actions, ...others].filter(({ label }) => label.toLowerCase().includes(needle));
    if (needle === '') return matching;

    const listed = client
      .getQueriesData<{ readonly pages: readonly TraceListAnswer[] }>({ queryKey: ['project', project, 'traces'] })
      .flatMap(([, data]) => data?.pages.flatMap(({ traces }) => traces) ?? []);
    const traces = [...new Map(listed.map((trace) => [trace.trace_id, trace])).values()]
      .filter(({ name, trace_id }) => name.toLowerCase().includes(needle) || trace_id.startsWith(needle))
      .slice(0, mostTraces)
      .map(
        ({ trace_id, name }): Entry => ({
          id: `trace ${trace_id}`,
          label: name,
          hint: shortId(trace_id),
          run: () => go('/traces/$traceId', { traceId: trace_id }),
        }),
      );
    const byId: Entry[] = idForm.test(typed)
      ? [
          {
            id: `id ${typed}`,
            label: `Open the trace, span or session ${typed}`,
            run: async () => {
              const found = await resolveId(key, typed);
              if (found === undefined) {
                onFailure(`Project ${project} has no trace, span or session ${typed}.`);
                throw new Error('not found');
              }
              await go(found.to, found.params);
            },
          },
        ]
      : [];
    return [...matching, ...traces, ...byId];
  }, [typed, layers, client, navigate, key, project, onHelp, onFailure]);
}
