import type { StoreMeasures } from '../store.ts';
import type { Projects } from './projects.ts';
import { readSums } from './sums.ts';
import type { WriteContext } from './write-context.ts';

// DynamoDB itself counts bytes every six hours; the sums are read of every project.
const keptMs = 60_000;

/** Measures at most once a minute, however often it is asked. */
export function measuring(context: WriteContext, projects: Projects): () => Promise<StoreMeasures> {
  let measured: Promise<StoreMeasures> | undefined;
  let measuredAtMs = 0;
  return () => {
    if (measured === undefined || performance.now() - measuredAtMs > keptMs) {
      measuredAtMs = performance.now();
      measured = measure(context, projects);
      measured.catch(() => {
        measured = undefined;
      });
    }
    return measured;
  };
}

async function measure({ database }: WriteContext, projects: Projects): Promise<StoreMeasures> {
  const sizes = Promise.all([database.sizeOf('traces'), database.sizeOf('spans')]);
  let spans = 0n;
  for (const project of await projects.names())
    for (const sums of (await readSums(database, project)).values()) spans += sums.spans;
  const [traces, ofSpans] = await sizes;
  return { spans: Number(spans), bytes: traces + ofSpans };
}
