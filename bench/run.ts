// `pnpm bench <name> [--quick] [--json FILE]`: runs one bench, prints its table, exits 1 when a budget is missed.
import { parseArgs } from 'node:util';
import { benchIngest } from './ingest.ts';
import { printTable, type Row, writeJson } from './lib/report.ts';

const benches: Readonly<Record<string, (options: { readonly isQuick: boolean }) => Promise<Row[]>>> = {
  ingest: benchIngest,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const bench = benches[positionals[0] ?? ''];
if (bench === undefined) {
  console.error(`usage: pnpm bench <name> [--quick] [--json FILE]\nbenches: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const rows = await bench({ isQuick: values.quick });
printTable(rows);
if (values.json !== undefined) writeJson(values.json, rows);
process.exitCode = rows.some(({ ok }) => ok === false) ? 1 : 0;
