// Builds the viewer if its build is missing or older than its source: `pnpm serve` and `pnpm start` begin with it.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run-command.ts';
import { root } from './workspace.ts';

const folder = 'server/viewer';

/** When a file was changed last; 0 where it is missing. */
const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestSource(): number {
  const own = ['src', 'public'].flatMap((part) => filesOf(join(root, folder, part)));
  const settings = ['index.html', 'vite.config.ts', 'package.json'].map((name) => join(root, folder, name));
  return Math.max(...[...own, ...settings, ...filesOf(join(root, 'sdk/src/schema'))].map(changedAt));
}

const filesOf = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Resolves when the built viewer is as its source is. Rejects with what the build said if it fails. */
export async function buildViewerIfNeeded(): Promise<void> {
  if (changedAt(join(root, folder, 'dist/index.html')) > newestSource()) return;
  console.log('Building the viewer …');
  const { succeeded, output } = await run(['vite', 'build', '--logLevel', 'warn'], folder);
  if (!succeeded) throw new Error(`The viewer cannot be built:\n${output}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildViewerIfNeeded();
