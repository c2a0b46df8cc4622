import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Reads the root `.env` where there is one. What is set already wins, as everywhere. */
export function loadEnvironmentFile(): void {
  const file = join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

/** Runs TypeScript of this workspace from source: no build, no loader. The same flags as `pnpm serve` has. */
export const nodeFlags = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning'];
