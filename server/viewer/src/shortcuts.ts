import { useEffect, useRef, useSyncExternalStore } from 'react';
import { currentPreferences } from './preferences.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key` has it: `j`, `ArrowDown`, `?`; two keys in a row as `g t`; with a modifier `mod+k`. */
  readonly keys: string;
  /** What it does, for the help and the command palette. */
  readonly label: string;
  readonly run: (event: KeyboardEvent | undefined) => void;
  /** Whether it acts now; otherwise the key is the browser's. */
  readonly isWanted?: () => boolean;
  /** Another name of a listed one: works, and is not listed itself. */
  readonly isAlias?: boolean;
}

interface Layer {
  readonly title: string;
  shortcuts: readonly Shortcut[];
}

const layers: Layer[] = [];
const listeners = new Set<() => void>();
let listed: readonly Layer[] = [];

/** Binds keys while a component is mounted. What was mounted last goes first. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const layer = useRef<Layer>(undefined);
  layer.current ??= { title, shortcuts };
  // The newest closures count, without binding anew on each render.
  layer.current.shortcuts = shortcuts;
  useEffect(() => {
    const own = layer.current as Layer;
    layers.unshift(own);
    announce();
    return () => {
      layers.splice(layers.indexOf(own), 1);
      announce();
    };
  }, []);
}

/** What keys do on this page, by part of the page. */
export const useShortcutList = (): readonly { readonly title: string; readonly shortcuts: readonly Shortcut[] }[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => listed,
  );

function announce(): void {
  listed = [...layers];
  for (const listener of listeners) listener();
}

/** How long the first of two keys in a row waits for the second. */
const sequenceMs = 1_500;
let first: { readonly key: string; readonly at: number } | undefined;

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isModified = event.metaKey || event.ctrlKey;
  if (!isModified && (!currentPreferences().hasShortcuts || isTyping(event.target))) return;
  // An open dialog or menu has the keyboard for itself.
  if (document.querySelector('[role=dialog][data-open], [role=menu][data-open]') !== null && !isModified) return;

  const key = isModified ? `mod+${event.key.toLowerCase()}` : event.key;
  const pair = first !== undefined && event.timeStamp - first.at < sequenceMs ? `${first.key} ${key}` : undefined;
  first = undefined;
  const shortcut = find(pair) ?? find(key);
  if (shortcut !== undefined) {
    event.preventDefault();
    shortcut.run(event);
  } else if (layers.some(({ shortcuts }) => shortcuts.some(({ keys }) => keys.startsWith(`${key} `)))) {
    first = { key, at: event.timeStamp };
  }
});

function find(keys: string | undefined): Shortcut | undefined {
  if (keys === undefined) return undefined;
  for (const { shortcuts } of layers) {
    const found = shortcuts.find((shortcut) => shortcut.keys === keys && shortcut.isWanted?.() !== false);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const spoken: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

/** A shortcut as a key cap shows it. */
export const formatKeys = (keys: string): string =>
  keys
    .split(/(?<=.) (?=.)/)
    .map((key) =>
      key.startsWith('mod+') ? `${isMac ? '⌘' : 'Ctrl '}${key.slice(4).toUpperCase()}` : (spoken[key] ?? key),
    )
    .join(' ');
