// The package as its users get it, for the bench and the delivery suite: what tsup builds of this tree and `pnpm pack`
// makes of that, without the declarations, which nothing runs.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = join(sdk, '..');
const run = promisify(execFile);

/** Builds and packs the SDK below `folder`, leaving `sdk/dist` alone; resolves with the tarball's path. */
export async function packSdk(folder: string): Promise<string> {
  const copy = join(folder, 'package');
  await mkdir(copy, { recursive: true });
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  await run(join(sdk, 'node_modules/.bin/tsup'), ['--no-dts', '--silent', '--out-dir', join(copy, 'dist')], {
    cwd: sdk,
    env,
  });
  for (const file of [join(sdk, 'package.json'), join(sdk, 'README.md'), join(root, 'LICENSE')])
    await cp(file, join(copy, file.slice(dirname(file).length + 1)));
  // pnpm replaces `catalog:` by what the workspace's file says, so the copy needs one.
  const workspace = await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8');
  await writeFile(
    join(folder, 'pnpm-workspace.yaml'),
    `packages: [package]\n${workspace.slice(workspace.indexOf('catalog:'))}`,
  );
  const { stdout } = await run('npx', ['-y', 'pnpm@12', 'pack', '--json', '--pack-destination', folder], {
    cwd: copy,
    env,
  });
  await rm(join(folder, 'pnpm-workspace.yaml'));
  await rm(copy, { recursive: true });
  return (JSON.parse(stdout.slice(stdout.indexOf('{'))) as { filename: string }).filename;
}
