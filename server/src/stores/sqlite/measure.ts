import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreMeasures } from '../store.ts';
import type { Statements } from './statements.ts';

/** Sums and sizes that are known without a look at the spans. */
export function measure(sql: Statements, dataDir: string): StoreMeasures {
  const [spans = 0] = sql.get<[number]>('SELECT coalesce(sum(spans), 0) FROM rollups') ?? [];
  const sizes = readdirSync(dataDir).map((name) => statSync(join(dataDir, name), { throwIfNoEntry: false })?.size ?? 0);
  return { spans, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
