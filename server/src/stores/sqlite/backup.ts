import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

// SQLite copies this many pages a step. All in one: between two steps a write by another process would start the copy over,
// and a busy server's would never end. In WAL a reader of any length holds nobody up.
const allPages = 2 ** 31 - 1;

const watchMs = 200;

/** How much of how much has been copied. */
export type BackupProgress = (bytes: number, total: number) => void;

/**
 * Copies the data of a file, as it stands at one moment, into a new file, while servers read and write. Checked, on disk, and
 * only then under its name: a file of that name is whole.
 */
export async function backupFile(source: string, target: string, onProgress: BackupProgress): Promise<number> {
  const partial = `${target}.partial`;
  await rm(partial, { force: true });
  const total = (await stat(source)).size;
  const watch = setInterval(
    () =>
      void stat(partial).then(
        ({ size }) => onProgress(size, total),
        () => {},
      ),
    watchMs,
  );
  try {
    const db = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
    try {
      await backup(db, partial, { rate: allPages });
    } finally {
      db.close();
    }
    check(partial);
    await sync(partial);
    await rename(partial, target);
    // So that a power cut does not take the name.
    await sync(dirname(target));
    return (await stat(target)).size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    clearInterval(watch);
    for (const suffix of ['-wal', '-shm', '-journal'])
      if (existsSync(partial + suffix)) await rm(partial + suffix, { force: true });
  }
}

function check(file: string): void {
  const db = new DatabaseSync(file);
  try {
    const { quick_check: verdict } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (verdict !== 'ok') throw new Error(`the copy is damaged: ${verdict}`);
    // A file in WAL mode, opened without its log, is whole; in this mode it needs no second file to be so.
    db.exec('PRAGMA journal_mode = DELETE');
  } finally {
    db.close();
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
