import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamodbForServer } from '../../../../tests/dynamodb/server-environment.ts';

/** Where the test server keeps its traces. */
export interface TestStore {
  /** What the server's environment says of it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The store that a variable names as the server's own `STORE` does, empty. */
export const openTestStore = (kind: string | undefined): Promise<TestStore> =>
  kind === 'dynamodb' ? startDynamodbForServer() : openSqlite();

async function openSqlite(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-browser-'));
  return {
    environment: { DATA_DIR: folder, SEARCH_INDEX: 'heads' },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
