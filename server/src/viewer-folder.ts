import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the built viewer lies, or undefined where it is not built. The same from `src/` and from the bundle in `dist/`,
 * as both are folders of the package.
 */
export function findViewerFolder(): string | undefined {
  const folder = fileURLToPath(new URL('../viewer/dist', import.meta.url));
  return existsSync(`${folder}/index.html`) ? folder : undefined;
}
