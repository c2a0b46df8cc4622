// Cold start: milliseconds to import a tracer and to set it up, and the memory that this took.
//   node workers/startup.mjs <tracer>
import '../lib/workload.mjs';

const rssBefore = process.memoryUsage.rss();
const startedAt = performance.now();
const adapter = await import(`../adapters/${process.argv[2]}/adapter.mjs`);
const importedAt = performance.now();
await adapter.init('http://127.0.0.1:9');
const readyAt = performance.now();
const result = {
  importMs: importedAt - startedAt,
  initMs: readyAt - importedAt,
  rss: (process.memoryUsage.rss() - rssBefore) / (1 << 20),
};
process.stdout.write(`@@${JSON.stringify(result)}\n`);
process.exit(0);
