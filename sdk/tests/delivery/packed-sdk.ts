import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packSdk } from '../../scripts/pack-sdk.ts';

const sdk = fileURLToPath(new URL('../..', import.meta.url));
const programs = fileURLToPath(new URL('programs', import.meta.url));
const prefix = 'llm-tracer-delivery-';
const staleMs = 3_600_000;

let made: Promise<string> | undefined;

/**
 * A folder of a user: the programs of this suite, and the SDK in `node_modules` as `pnpm pack` makes it.
 *
 * Made once for a state of the source, whichever test file comes first: each runs in a worker of its own and knows
 * nothing of the others.
 */
export function consumerFolder(): Promise<string> {
  made ??= make();
  return made;
}

async function make(): Promise<string> {
  const folder = join(tmpdir(), prefix + stateOfSource());
  if (existsSync(folder)) return folder;
  removeStale();

  const draft = mkdtempSync(join(tmpdir(), `${prefix}draft-`));
  const tarball = await packSdk(draft);
  const installed = join(draft, 'node_modules/llm-tracer');
  await mkdir(installed, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  if (status !== 0) throw new Error(`The package cannot be unpacked: ${stderr}`);
  for (const dependency of ['ky', 'zod'])
    symlinkSync(join(sdk, 'node_modules', dependency), join(draft, 'node_modules', dependency), 'junction');
  cpSync(programs, join(draft, 'programs'), { recursive: true });
  await writeFile(join(draft, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another worker was faster.
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function stateOfSource(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path).update(readFileSync(path));
  };
  for (const path of ['src', 'package.json', 'tsup.config.ts', 'scripts/pack-sdk.ts']) add(join(sdk, path));
  add(programs);
  return hash.digest('hex').slice(0, 16);
}

function removeStale(): void {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (name.startsWith(prefix) && Date.now() - statSync(path).mtimeMs > staleMs) rmSync(path, { recursive: true });
  }
}
