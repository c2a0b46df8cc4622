import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../run-command.ts';
import { root } from '../workspace.ts';

// This runs with NODE_ENV=test, as a build that a test asks for does.
test('the viewer is built for production and names no folder of this machine, whatever NODE_ENV says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llm-tracer-viewer-'));
  try {
    const { succeeded, output } = await run(
      ['vite', 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', folder],
      'server/viewer',
    );
    expect(output).toBe('');
    expect(succeeded).toBe(true);

    const assets = join(folder, 'assets');
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(5);
    for (const name of scripts) {
      const script = readFileSync(join(assets, name), 'utf8');
      expect(script.includes('jsxDEV'), name).toBe(false);
      expect(script.includes(root), name).toBe(false);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
