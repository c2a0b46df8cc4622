import { useSyncExternalStore } from 'react';
import { type ColumnWidths, readColumnWidths } from './model/column-widths.ts';
import type { TimeZone } from './model/format.ts';

/** What a person has chosen on this device. Nothing of it stands in an address. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  readonly zone: TimeZone;
  /** Whether single keys act; WCAG 2.1.4 asks for a switch. */
  readonly hasShortcuts: boolean;
  /** Whether payload text is drawn as Markdown; otherwise plain. */
  readonly isMarkdown: boolean;
  /** How much of the page of a trace its panel takes; undefined until somebody has moved its edge. */
  readonly panelPercent: number | undefined;
  /** How wide the names of the tree are. */
  readonly treePx: number | undefined;
  readonly columnWidths: ColumnWidths;
}

const names = {
  zone: 'zone',
  hasShortcuts: 'shortcuts',
  isMarkdown: 'markdown',
  panelPercent: 'panel',
  treePx: 'tree',
  columnWidths: 'columns',
} as const;
const listeners = new Set<() => void>();
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
darkSystem.addEventListener('change', () => applyTheme());

let preferences: Preferences = {
  theme: oneOf(read('theme'), ['light', 'dark', 'system']) ?? 'system',
  zone: oneOf(read(names.zone), ['utc', 'local']) ?? 'local',
  hasShortcuts: read(names.hasShortcuts) !== 'off',
  isMarkdown: read(names.isMarkdown) !== 'off',
  panelPercent: numberIn(read(names.panelPercent)),
  treePx: numberIn(read(names.treePx)),
  columnWidths: readColumnWidths(read(names.columnWidths)),
};

export const currentPreferences = (): Preferences => preferences;

export function setPreferences(patch: Partial<Preferences>): void {
  preferences = { ...preferences, ...patch };
  write('theme', preferences.theme); // public/theme.js reads it before the first paint
  write(names.zone, preferences.zone);
  write(names.hasShortcuts, preferences.hasShortcuts ? 'on' : 'off');
  write(names.isMarkdown, preferences.isMarkdown ? 'on' : 'off');
  for (const name of ['panelPercent', 'treePx'] as const)
    if (preferences[name] !== undefined) write(names[name], String(preferences[name]));
  write(names.columnWidths, JSON.stringify(preferences.columnWidths));
  applyTheme();
  for (const listener of listeners) listener();
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, currentPreferences);

/** The theme that is drawn now. Canvases ask again when it changes. */
export const useDrawnTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, drawnTheme);

function drawnTheme(): 'light' | 'dark' {
  if (preferences.theme !== 'system') return preferences.theme;
  return darkSystem.matches ? 'dark' : 'light';
}

function applyTheme(): void {
  document.documentElement.dataset.theme = drawnTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function oneOf<T extends string>(text: string | null, allowed: readonly T[]): T | undefined {
  return allowed.find((value) => value === text);
}

function numberIn(text: string | null): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`llm-tracer.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`llm-tracer.${name}`, value);
  } catch {
    // It holds until the page is closed.
  }
}
