// `node bench/scale/simulate.ts`: what three sizes of traffic come to on the cloud store, by the rules of DynamoDB, S3 and Lambda
// and the figures that `pnpm bench dynamodb-cost` measures. Prints the tables of docs/scale.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { regions, dated } = JSON.parse(readFileSync(join(import.meta.dirname, '../dynamodb-cost/prices.json'), 'utf8'));

/** Measured: reference workload, 20 traces a request; stored are items, index entries, and 100 bytes that DynamoDB adds to each. */
const perSpan = { writeUnits: 3.02, readUnits: 0.8, storedBytes: 1_300 };
/** Assumed: Lambda of 512 MB on arm64; a batch of 100 spans. */
const request = { spans: 100, traces: 20, seconds: 0.145, memoryGb: 0.5, logBytes: 350, bodyBytes: 45_000 };
const peak = 4;
const retentionDays = 90;
const days = 30;

/** DynamoDB's documented limits: a partition, and an item within it. */
const partition = { writes: 1_000, reads: 3_000, bytes: 10 * 2 ** 30 };

/**
 * Commits of one project that add to the sums of the day: how often two meet that take `commitMs` each, on `shards` items, and
 * how many attempts a commit then takes. A plain event simulation with Poisson arrivals and the store's back-off.
 */
function attemptsOf(commitsPerSecond: number, shards: number, commitMs = 12, seconds = 20): number {
  let state = 42;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const busyUntil = new Float64Array(shards);
  const events: { at: number; attempt: number }[] = [];
  for (let at = 0; at < seconds * 1000; at += (-Math.log(random()) * 1000) / commitsPerSecond)
    events.push({ at, attempt: 1 });
  let [commits, attempts] = [0, 0];
  while (events.length > 0) {
    const { at, attempt } = events.shift() as (typeof events)[number];
    attempts += 1;
    const shard = Math.floor(random() * shards);
    if (at >= (busyUntil[shard] as number)) {
      busyUntil[shard] = at + commitMs;
      commits += 1;
      continue;
    }
    if (attempt > 12) continue;
    const again = { at: at + commitMs + random() * Math.min(1_000, 5 * 2 ** attempt), attempt: attempt + 1 };
    const index = events.findIndex((event) => event.at > again.at);
    events.splice(index === -1 ? events.length : index, 0, again);
  }
  return commits === 0 ? Number.POSITIVE_INFINITY : attempts / commits;
}

const number = (value: number, digits = 0): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const rows: string[][] = [];
for (const spansPerDay of [1e6, 1e8, 1e10]) {
  const spansPerSecond = (spansPerDay / 86_400) * peak;
  const requestsPerSecond = spansPerSecond / request.spans;
  const writeUnits = spansPerSecond * perSpan.writeUnits;
  const stored = spansPerDay * retentionDays * perSpan.storedBytes;
  const dollars = Object.entries(regions as Record<string, Record<string, number>>).map(([region, price]) => {
    const spans = spansPerDay * days;
    const requests = spans / request.spans;
    const write =
      (spans * (perSpan.writeUnits * (price['writeUnits'] ?? 0) + perSpan.readUnits * (price['readUnits'] ?? 0))) / 1e6;
    const compute =
      (requests * (price['lambdaRequests'] ?? 0)) / 1e6 +
      requests * request.seconds * request.memoryGb * (price['lambdaGbSecond'] ?? 0);
    const storage = (stored / 1e9) * (price['tableGbMonth'] ?? 0);
    const logs = (requests * request.logBytes * (price['logGb'] ?? 0)) / 1e9;
    return { region, write, compute, storage, logs, all: write + compute + storage + logs };
  });
  rows.push([
    number(spansPerDay),
    number(spansPerSecond),
    number(requestsPerSecond, 1),
    number(writeUnits),
    number(Math.max(1, Math.ceil(writeUnits / partition.writes), Math.ceil(stored / partition.bytes))),
    number(Math.ceil(requestsPerSecond * request.seconds)),
    number((requestsPerSecond * request.bodyBytes) / 1e6, 1),
    number(stored / 1e9),
    ...dollars.map(({ all }) => number(all)),
  ]);
  for (const { region, write, compute, storage, logs } of dollars)
    console.log(
      `${number(spansPerDay)} spans a day, ${region}: requests ${number(write)} $, Lambda ${number(compute)} $, storage ${number(storage)} $, logs ${number(logs)} $ a month`,
    );
}
console.log(`\nPrices of ${dated}; peak is ${peak} times the mean; ${retentionDays} days kept.`);
console.log(
  `| spans a day | spans/s at peak | requests/s | write units/s | partitions | Lambdas at once | MB/s in | GB stored | ${Object.keys(regions).join(' $/month | ')} $/month |`,
);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

console.log('\nAttempts a commit takes, of one project whose commits all add to the sums of one day:');
console.log('| commits/s | 1 item | 4 items | 16 items |');
for (const commits of [1, 5, 20, 50, 200])
  console.log(`| ${commits} | ${[1, 4, 16].map((shards) => number(attemptsOf(commits, shards), 2)).join(' | ')} |`);
