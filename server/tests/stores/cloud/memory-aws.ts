import type { Aws, AwsCalls } from '../../../src/stores/dynamodb/aws.ts';
import { tableDefinitions } from '../../../src/stores/dynamodb/tables.ts';

type Item = Record<string, unknown>;

interface Condition {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * DynamoDB and S3 in this process, as far as the store uses them: a thousand times quicker than DynamoDB Local, so that laws
 * and failures can be tried by the thousand. It knows only the expressions that the store writes and refuses any other; that
 * it behaves as DynamoDB does is shown by the same contract suite, which `pnpm test:dynamodb` runs against DynamoDB Local.
 */
export class MemoryAws implements Aws {
  readonly #tables = new Map<string, MemoryTable>();
  readonly #objects = new Map<string, Uint8Array>();

  async call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]> {
    // Every call takes a turn, so that what is concurrent interleaves.
    await new Promise((resolve) => setImmediate(resolve));
    const work = this.#calls[name] as (input: AwsCalls[Name][0]) => unknown;
    return work(input) as AwsCalls[Name][1];
  }

  async close(): Promise<void> {}

  /** Everything that is kept of items, for tests that look for what should be gone. */
  items(table: 'traces' | 'spans'): Item[] {
    return [...this.#table(table).values()];
  }

  objectKeys(): string[] {
    return [...this.#objects.keys()];
  }

  readonly #calls: { readonly [Name in keyof AwsCalls]: (input: AwsCalls[Name][0]) => unknown } = {
    get: ({ TableName, Key }) => ({ Item: copy(this.#table(TableName).get(keyOf(Key as Item))) }),
    batchGet: ({ RequestItems = {} }) => {
      const Responses: Record<string, Item[]> = {};
      for (const [table, { Keys = [] }] of Object.entries(RequestItems)) {
        if (Keys.length > 100 || new Set(Keys.map(keyOf)).size < Keys.length) throw validation('keys of a batch');
        const found = Keys.flatMap((key) => this.#table(table).get(keyOf(key)) ?? []);
        Responses[table] = found.map((item) => copy(item) as Item);
      }
      return { Responses };
    },
    put: (input) => {
      const item = input.Item as Item;
      this.#check(input.TableName, keyOfItem(input.TableName, item), input);
      this.#put(input.TableName, item);
      return {};
    },
    delete: (input) => {
      const key = keyOf(input.Key as Item);
      this.#check(input.TableName, key, input);
      this.#table(input.TableName).delete(key);
      return {};
    },
    query: ({ TableName = '', IndexName, ExpressionAttributeNames = {}, ExpressionAttributeValues = {}, ...input }) => {
      const [definition] = tableDefinitions({ traces: TableName, spans: TableName }).filter(
        ({ GlobalSecondaryIndexes }) => GlobalSecondaryIndexes?.some((index) => index.IndexName === IndexName),
      );
      if (definition === undefined) throw validation(`index ${IndexName}`);
      const { ':h': hash, ':from': from, ':to': to } = ExpressionAttributeValues as Record<string, string>;
      const [hashName, rangeName] = [ExpressionAttributeNames['#h'] as string, ExpressionAttributeNames['#r']];
      if (from !== undefined && to !== undefined && from > to) throw validation('BETWEEN');
      const order = (item: Item): string => `${item[rangeName ?? 'start_time'] ?? ''}`;
      const found = this.#table(TableName)
        .having(hashName, hash as string)
        .filter((item) => from === undefined || (order(item) >= from && order(item) <= (to as string)))
        .sort((a, b) => (order(a) < order(b) ? -1 : 1));
      if (input.ScanIndexForward === false) found.reverse();
      const start = input.ExclusiveStartKey;
      const first = start === undefined ? 0 : found.findIndex((item) => keyOf(item) === keyOf(start)) + 1;
      const Items = found.slice(first, first + (input.Limit ?? 50));
      const last = first + Items.length < found.length ? Items.at(-1) : undefined;
      return { Items: copy(Items), ...(last === undefined ? {} : { LastEvaluatedKey: copy(last) }) };
    },
    transactWrite: ({ TransactItems = [] }) => {
      const actions = TransactItems.map(({ Put, Delete, ConditionCheck, Update }) => {
        const target = (Put ?? Delete ?? ConditionCheck ?? Update) as Condition & {
          TableName: string;
          Item?: Item;
          Key?: Item;
        };
        const key = Put === undefined ? keyOf(target.Key as Item) : keyOfItem(target.TableName, target.Item as Item);
        return { Put, Delete, Update, target, table: target.TableName, key };
      });
      if (actions.length === 0 || actions.length > 100) throw validation('number of items');
      if (new Set(actions.map(({ table, key }) => `${table} ${key}`)).size < actions.length)
        throw validation('two actions on one item');
      const CancellationReasons = actions.map(({ table, key, target }) => ({
        Code: holds(this.#table(table).get(key), target) ? 'None' : 'ConditionalCheckFailed',
      }));
      if (CancellationReasons.some(({ Code }) => Code !== 'None'))
        throw Object.assign(new Error('cancelled'), { name: 'TransactionCanceledException', CancellationReasons });
      for (const { Put, Delete, Update, table, key } of actions) {
        if (Put !== undefined) this.#put(table, Put.Item as Item);
        if (Delete !== undefined) this.#table(table).delete(key);
        if (Update !== undefined) this.#update(table, key, Update as never);
      }
      return {};
    },
    describeTable: () => ({ Table: { TableSizeBytes: 0 } }),
    putObject: ({ Bucket, Key, Body }) => {
      this.#objects.set(`${Bucket}/${Key}`, Uint8Array.from(Body as Uint8Array));
      return {};
    },
    getObject: ({ Bucket, Key }) => {
      const found = this.#objects.get(`${Bucket}/${Key}`);
      if (found === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      return found;
    },
    listObjects: ({ Bucket, Prefix }) => {
      const prefix = `${Bucket}/${Prefix}`;
      const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
      return { Contents: keys.map((key) => ({ Key: key.slice(`${Bucket}/`.length) })) };
    },
    deleteObjects: ({ Bucket, Delete }) => {
      for (const { Key } of Delete?.Objects ?? []) this.#objects.delete(`${Bucket}/${Key}`);
      return {};
    },
  };

  #table(name: string | undefined): MemoryTable {
    const table = this.#tables.get(name ?? '') ?? new MemoryTable();
    this.#tables.set(name ?? '', table);
    return table;
  }

  #check(table: string | undefined, key: string, condition: Condition): void {
    if (!holds(this.#table(table).get(key), condition))
      throw Object.assign(new Error('the condition failed'), { name: 'ConditionalCheckFailedException' });
  }

  #put(table: string | undefined, item: Item): void {
    if (sizeOf(item) > 400 * 1024) throw validation('an item of more than 400 KB');
    this.#table(table).set(keyOfItem(table, item), copy(item) as Item);
  }

  #update(
    table: string,
    key: string,
    update: { UpdateExpression: string; ExpressionAttributeValues: Item; Key: Item },
  ): void {
    const item = { ...(this.#table(table).get(key) ?? update.Key) };
    const [, adds = '', sets = ''] = /^ADD (.*) SET (.*)$/.exec(update.UpdateExpression) ?? [];
    if (adds === '') throw validation(update.UpdateExpression);
    const value = (name: string): unknown => update.ExpressionAttributeValues[name];
    for (const part of adds.split(', ')) {
      const [field = '', name = ''] = part.split(' ');
      const sum = BigInt((item[field] as bigint | undefined) ?? 0) + BigInt(value(name) as bigint);
      item[field] = Number.isSafeInteger(Number(sum)) ? Number(sum) : sum;
    }
    for (const part of sets.split(', ')) {
      const [field = '', name = ''] = part.split(' = ');
      item[field] = value(name);
    }
    this.#put(table, item);
  }
}

/** Items by key, and by each attribute that an index is by. */
class MemoryTable {
  readonly #items = new Map<string, Item>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>(
    ['project_id', 'session_key', 'user_key', 'trace_id'].map((name) => [name, new Map()]),
  );

  get(key: string): Item | undefined {
    return this.#items.get(key);
  }

  values(): Iterable<Item> {
    return this.#items.values();
  }

  having(name: string, value: string): Item[] {
    return Array.from(this.#indexes.get(name)?.get(value) ?? [], (key) => this.#items.get(key) as Item);
  }

  set(key: string, item: Item): void {
    this.delete(key);
    this.#items.set(key, item);
    for (const [name, index] of this.#indexes) {
      const value = item[name];
      if (typeof value !== 'string') continue;
      const keys = index.get(value) ?? new Set();
      index.set(value, keys.add(key));
    }
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    for (const [name, index] of this.#indexes) index.get(String(item[name]))?.delete(key);
  }
}

const validation = (what: string): Error =>
  Object.assign(new Error(`not valid: ${what}`), { name: 'ValidationException' });

const keyOf = (key: Item): string =>
  String(key['trace_id'] !== undefined && key['span_id'] === undefined ? key['trace_id'] : key['span_id']);

/** Items of the spans table may have a `trace_id` besides, by which their index finds them. */
const keyOfItem = (_table: string | undefined, item: Item): string => keyOf(item);

const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + name.length + (value instanceof Uint8Array ? value.length : String(value).length),
    0,
  );

const copy = <T>(value: T): T => structuredClone(value);

/** Whether a condition holds of an item, undefined where there is none. */
function holds(item: Item | undefined, { ConditionExpression, ExpressionAttributeValues = {} }: Condition): boolean {
  if (ConditionExpression === undefined) return true;
  const test = (part: string): boolean => {
    const absent = /^attribute_not_exists\((\w+)\)$/.exec(part);
    if (absent !== null) return item?.[absent[1] as string] === undefined;
    const [, field, name] = /^(\w+) = (:\w+)$/.exec(part) ?? [];
    if (field === undefined || name === undefined) throw validation(ConditionExpression);
    return item !== undefined && item[field] === ExpressionAttributeValues[name];
  };
  return ConditionExpression.split(' OR ').some((either) => either.split(' AND ').every(test));
}
