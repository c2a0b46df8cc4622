import type { Aws, AwsCalls } from '../../server/src/stores/dynamodb/aws.ts';
import { type TableNames, tableDefinitions } from '../../server/src/stores/dynamodb/tables.ts';
import { type Index, type Item, indexUnits, readUnits, sizeOf, writeUnits } from './capacity.ts';

/** What was used, by what it was used for. */
export interface Usage {
  /** Write units by purpose: `spans`, `heads`, `sums`, `beside` (payloads, pages, scores), and the indexes by name. */
  readonly writes: Map<string, number>;
  reads: number;
  calls: number;
  s3Puts: number;
  s3Gets: number;
  /** Writes outside of transactions, which can be checked against what DynamoDB reports. */
  plain: {
    readonly table: keyof TableNames;
    readonly before: Item | undefined;
    readonly after: Item;
    readonly units: number;
  }[];
}

export const noUsage = (): Usage => ({ writes: new Map(), reads: 0, calls: 0, s3Puts: 0, s3Gets: 0, plain: [] });

/** AWS that counts what each call costs, by DynamoDB's documented rules. A transaction costs twice its items. */
export class CountingAws implements Aws {
  readonly #aws: Aws;
  readonly #names: TableNames;
  usage: Usage = noUsage();

  constructor(aws: Aws, names: TableNames) {
    this.#aws = aws;
    this.#names = names;
  }

  async call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]> {
    this.usage.calls += 1;
    if (name === 'putObject') this.usage.s3Puts += 1;
    if (name === 'getObject') this.usage.s3Gets += 1;
    if (name === 'put') await this.#countPut(input as AwsCalls['put'][0]);
    if (name === 'transactWrite') await this.#countTransaction(input as AwsCalls['transactWrite'][0]);
    const answer = await this.#aws.call(name, input);
    if (name === 'batchGet') this.#countReads(input as AwsCalls['batchGet'][0], answer as AwsCalls['batchGet'][1]);
    if (name === 'query') this.#countQuery(answer as AwsCalls['query'][1]);
    return answer;
  }

  async close(): Promise<void> {}

  async #countPut({ TableName, Item: after }: AwsCalls['put'][0]): Promise<void> {
    const table = this.#tableOf(TableName);
    const before = await this.#read(TableName, after as Item);
    const units = this.#count(table, before, after as Item, 1);
    this.usage.plain.push({ table, before, after: after as Item, units });
  }

  async #countTransaction({ TransactItems = [] }: AwsCalls['transactWrite'][0]): Promise<void> {
    for (const { Put, Update, Delete, ConditionCheck } of TransactItems) {
      const TableName = (Put ?? Update ?? Delete ?? ConditionCheck)?.TableName;
      const key = (Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key) as Item;
      const before = await this.#read(TableName, key);
      const after =
        Put?.Item ??
        (Update === undefined
          ? before
          : { ...(before ?? Update.Key), ...updated(before, Update.ExpressionAttributeValues) });
      this.#count(this.#tableOf(TableName), before, Delete === undefined ? after : undefined, 2);
    }
  }

  /** Index entries are counted once, also where the item is in a transaction: AWS does not say otherwise. */
  #count(table: keyof TableNames, before: Item | undefined, after: Item | undefined, factor: number): number {
    const { key, indexes } = shapes[table];
    const item = writeUnits(before, after) * factor;
    this.#add(purposeOf(table, (after ?? before) as Item), item);
    let units = item;
    for (const index of indexes) {
      const entry = indexUnits(key, index, before, after);
      if (entry > 0) this.#add(index.name, entry);
      units += entry;
    }
    return units;
  }

  #add(purpose: string, units: number): void {
    this.usage.writes.set(purpose, (this.usage.writes.get(purpose) ?? 0) + units);
  }

  #countReads({ RequestItems = {} }: AwsCalls['batchGet'][0], { Responses = {} }: AwsCalls['batchGet'][1]): void {
    for (const [table, { Keys = [], ConsistentRead = false }] of Object.entries(RequestItems)) {
      const found = Responses[table] ?? [];
      for (const item of found) this.usage.reads += readUnits(sizeOf(item), ConsistentRead);
      this.usage.reads += (Keys.length - found.length) * readUnits(0, ConsistentRead);
    }
  }

  /** A query costs by the sum of what it reads: of an index, the keys. */
  #countQuery({ Items = [] }: AwsCalls['query'][1]): void {
    const keys = ['trace_id', 'span_id', 'project_id', 'start_time', 'session_key', 'user_key'];
    const entries = Items.map((item) =>
      Object.fromEntries(keys.filter((key) => key in item).map((key) => [key, item[key]])),
    );
    this.usage.reads += readUnits(
      entries.reduce((sum, entry) => sum + sizeOf(entry), 0),
      false,
    );
  }

  #tableOf(name: string | undefined): keyof TableNames {
    return name === this.#names.traces ? 'traces' : 'spans';
  }

  async #read(TableName: string | undefined, item: Item): Promise<Item | undefined> {
    const { key } = shapes[this.#tableOf(TableName)];
    const { Item: found } = await this.#aws.call('get', { TableName, Key: { [key]: item[key] } });
    return found;
  }
}

/** What an `ADD … SET …` of sums leaves, as far as its size is concerned. */
const updated = (before: Item | undefined, values: Item = {}): Item =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = { ':list': 'project_id', ':place': 'start_time', ':expiry': 'expires_at' }[name] ?? name.slice(1);
      const isSum = field.length === 1;
      return [field, isSum ? BigInt((before?.[field] as bigint | undefined) ?? 0) + BigInt(value as bigint) : value];
    }),
  );

function purposeOf(table: keyof TableNames, item: Item): string {
  const key = String(item[shapes[table].key]);
  if (table === 'spans') return key.split('#').length === 2 ? 'spans' : 'beside';
  return key.includes('##sums') ? 'sums' : key.split('#').length === 2 ? 'heads' : 'beside';
}

/** Keys and indexes, as the tables are defined. */
function shapeOf(table: keyof TableNames): { readonly key: string; readonly indexes: readonly Index[] } {
  const definition = tableDefinitions({ traces: 'traces', spans: 'spans' }).find(
    ({ TableName }) => TableName === table,
  );
  const indexes = (definition?.GlobalSecondaryIndexes ?? []).map(
    ({ IndexName = '', KeySchema = [] }): Index => ({
      name: IndexName,
      keys: KeySchema.map(({ AttributeName = '' }) => AttributeName),
    }),
  );
  return { key: definition?.KeySchema?.[0]?.AttributeName ?? '', indexes };
}

const shapes = { traces: shapeOf('traces'), spans: shapeOf('spans') };
