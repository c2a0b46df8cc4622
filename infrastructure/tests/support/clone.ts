import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './places.ts';

/**
 * A clone as a stranger has it: what is, or would be, committed; nothing that was installed, built or applied here.
 * So the tests neither find nor leave a state, settings or a build in the working tree.
 *
 * @param part the folder that is enough. @default all of it
 */
export async function makeClone(part = '.'): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-clone-'));
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', part],
    { cwd: root },
  );
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted', part], { cwd: root });
  const gone = new Set(deleted.toString().split('\0'));
  const files = listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && !gone.has(file));
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
