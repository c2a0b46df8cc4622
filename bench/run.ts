// `pnpm bench <name> [--quick] [--json FILE] [--only PART,…] [--peers NAME,…]`: runs one bench, prints its tables and
// what it is held to, exits 1 when a budget is missed. Parts and peers are for benches that have a choice of them.
import { parseArgs } from 'node:util';
import { benchCompression } from './compression.ts';
import { benchDynamodbCost } from './dynamodb-cost.ts';
import { benchIngest } from './ingest.ts';
import { benchLambda } from './lambda.ts';
import type { BenchOptions } from './lib/options.ts';
import { printTable, type Row, writeJson } from './lib/report.ts';
import { benchQuery } from './query.ts';
import { benchSdk } from './sdk.ts';
import { benchViewer } from './viewer.ts';
import { benchWrappers } from './wrappers.ts';

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]>>> = {
  compression: benchCompression,
  'dynamodb-cost': benchDynamodbCost,
  ingest: benchIngest,
  lambda: benchLambda,
  query: benchQuery,
  sdk: benchSdk,
  viewer: benchViewer,
  wrappers: benchWrappers,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    peers: { type: 'string' },
  },
});
const bench = benches[positionals[0] ?? ''];
if (bench === undefined) {
  console.error(
    `usage: pnpm bench <name> [--quick] [--json FILE] [--only PART,…] [--peers NAME,…]\nbenches: ${Object.keys(benches).join(', ')}`,
  );
  process.exit(2);
}
const rows = await bench({ isQuick: values.quick, only: values.only?.split(','), peers: values.peers?.split(',') });
printTable(rows);
if (values.json !== undefined) writeJson(values.json, rows);
process.exitCode = rows.some(({ ok }) => ok === false) ? 1 : 0;
