import type { Rollup } from '../../domain/rollup.ts';
import { microsPerDay } from '../../domain/time.ts';
import type { Database, TransactItem } from './database.ts';
import { listOf, rollupKey } from './keys.ts';
import { headExpiry, type Moment } from './moment.ts';
import { indexes } from './tables.ts';

/**
 * What a project's traces come to, by the day that their retention counts from. It is all that `GET /api/stats` needs, of a
 * fixed size, and never read by a write: see docs/decisions/0015-dynamodb-store.md.
 */
export interface DaySums {
  readonly traces: bigint;
  readonly spans: bigint;
  readonly errors: bigint;
  readonly tokens: bigint;
  readonly costNanos: bigint;
}

const fields = ['traces', 'spans', 'errors', 'tokens', 'costNanos'] as const satisfies readonly (keyof DaySums)[];
export const noSums: DaySums = { traces: 0n, spans: 0n, errors: 0n, tokens: 0n, costNanos: 0n };

/** As attributes of an item, which each take a byte of name. */
const attributeOf: Readonly<Record<keyof DaySums, string>> = {
  traces: 'n',
  spans: 's',
  errors: 'e',
  tokens: 'k',
  costNanos: 'c',
};

export const addSums = (a: DaySums, b: DaySums): DaySums =>
  Object.fromEntries(fields.map((field) => [field, a[field] + b[field]])) as unknown as DaySums;

/** Changes of hourly sums as those of days; a day that does not change is left out. */
export function daySumsOf(changes: readonly Rollup[]): Map<number, DaySums> {
  const days = new Map<number, DaySums>();
  for (const { key, sums } of changes) {
    const change: DaySums = {
      traces: BigInt(sums.traces),
      spans: BigInt(sums.spans),
      errors: BigInt(sums.errors),
      tokens: sums.tokensInput + sums.tokensOutput,
      costNanos: sums.costNanos,
    };
    days.set(key.retentionDay, addSums(days.get(key.retentionDay) ?? noSums, change));
  }
  for (const [day, sums] of days) if (fields.every((field) => sums[field] === 0n)) days.delete(day);
  return days;
}

const mostShards = 16;

/**
 * A day's sums are one item while commits seldom meet, and up to 16 while they do: two transactions that touch the same item
 * at once cancel one of them.
 */
export class Shards {
  #count = 1;

  /** Two commits met. */
  spread(): void {
    this.#count = Math.min(mostShards, this.#count * 2);
  }

  pick(): number {
    return Math.floor(Math.random() * this.#count);
  }
}

/** Adds to the sums of a day, as a part of the transaction that commits the heads they were computed from. */
export function addingSums(
  { names }: Database,
  project: string,
  retentionDay: number,
  change: DaySums,
  shard: number,
  moment: Moment,
): TransactItem {
  const given = fields.filter((field) => change[field] !== 0n);
  return {
    Update: {
      TableName: names.traces,
      Key: { trace_id: rollupKey(project, retentionDay, shard) },
      UpdateExpression: `ADD ${given.map((field) => `${attributeOf[field]} :${attributeOf[field]}`).join(', ')} SET project_id = :list, start_time = :place, expires_at = :expiry`,
      ExpressionAttributeValues: {
        ...Object.fromEntries(given.map((field) => [`:${attributeOf[field]}`, change[field]])),
        ':list': listOf.sums(project),
        ':place': `${retentionDay}#${shard}`,
        ':expiry': headExpiry(retentionDay * microsPerDay, moment),
      },
    },
  };
}

/** The project's sums by day, over all shards. */
export async function readSums(
  database: Database,
  project: string,
  isConsistent = false,
): Promise<Map<number, DaySums>> {
  const keys: string[] = [];
  for await (const item of database.query('traces', {
    index: indexes.time,
    hash: ['project_id', listOf.sums(project)],
  }))
    keys.push(item['trace_id'] as string);
  const days = new Map<number, DaySums>();
  for (const [key, item] of await database.getAll('traces', keys, isConsistent)) {
    const day = Number(key.split('#').at(-2));
    const sums = Object.fromEntries(fields.map((field) => [field, BigInt(item[attributeOf[field]] ?? 0)]));
    days.set(day, addSums(days.get(day) ?? noSums, sums as unknown as DaySums));
  }
  return days;
}
