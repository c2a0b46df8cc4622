// What the bench needs beyond the workspace is installed when it is first asked for, in `node_modules` folders of its
// own: the peers would otherwise be in every clone's lockfile, and their sizes could not be told apart.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packSdk } from '../../sdk/scripts/pack-sdk.ts';

export const folder = fileURLToPath(new URL('.', import.meta.url));
export const ours = 'llm-tracer';
export const adapterFolder = (tracer: string): string => join(folder, 'adapters', tracer);

const execute = promisify(execFile);

/** Runs npm in a folder. npm, not pnpm: its flat layout is what an installed size is measured on. */
async function npmInstall(cwd: string, ...packages: string[]): Promise<void> {
  const options = ['--no-package-lock', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  await execute('npm', ['install', ...options, ...packages], { cwd, env });
}

/** Installs a folder's own package.json once, and again when that has changed. */
async function installOnce(cwd: string): Promise<void> {
  const wanted = await readFile(join(cwd, 'package.json'), 'utf8');
  const stamp = join(cwd, 'node_modules/.installed.json');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  console.error(`installing what ${cwd.slice(folder.length - 'sdk/'.length)} needs …`);
  await npmInstall(cwd);
  await writeFile(stamp, wanted);
}

/** Installs the tools and the tracers asked for; ours is packed from this tree each time. */
export async function install(tracers: readonly string[]): Promise<void> {
  await installOnce(folder);
  // The tuned OpenTelemetry is the plain one with other options.
  const needed = tracers.map((tracer) => (tracer === 'otel-tuned' ? 'otel-json' : tracer));
  for (const tracer of new Set(needed)) {
    if (tracer === ours) await installOurs();
    else if (existsSync(join(adapterFolder(tracer), 'package.json'))) await installOnce(adapterFolder(tracer));
  }
}

async function installOurs(): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'llm-tracer-bench-'));
  try {
    await rm(join(adapterFolder(ours), 'node_modules'), { recursive: true, force: true });
    await npmInstall(adapterFolder(ours), await packSdk(temporary));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * The Node that all tracers run on: 24, which has zstd on every line and `process.threadCpuUsage()`. Where the
 * repository brings none (macOS, Windows) this process's own serves, if it is new enough.
 */
export function node24(): string {
  const brought = join(folder, `node_modules/node24-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error('pnpm bench sdk needs Node 24. Run it with one, since none can be installed on this platform.');
}
