import type { NativeAttributeValue, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Aws, AwsCalls } from './aws.ts';
import { chunks, inParallel, pause } from './concurrency.ts';
import { asUnavailable, conflictOf, isFailedCondition } from './failures.ts';
import type { TableNames } from './tables.ts';

export type Item = Record<string, NativeAttributeValue>;

/** Which of the two tables. */
export type Table = keyof TableNames;

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What must hold of the item that stands there, or nothing is done. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, NativeAttributeValue>>;
}

const hashKeys = { traces: 'trace_id', spans: 'span_id' } as const;

/** DynamoDB allows so many keys in one request. */
const keysAtOnce = 100;
/** The two tables, by the few things that the store does with them. Every failure is a `Conflict`, `StoreUnavailable` or a defect. */
export class Database {
  readonly #aws: Aws;
  readonly names: TableNames;

  constructor(aws: Aws, names: TableNames) {
    this.#aws = aws;
    this.names = names;
  }

  async get(table: Table, key: string): Promise<Item | undefined> {
    return (await this.getAll(table, [key])).get(key);
  }

  /** The items that there are, by key. `isConsistent`: every write that was acknowledged before is seen. */
  async getAll(table: Table, keys: readonly string[], isConsistent = true): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    const hash = hashKeys[table];
    await inParallel(chunks([...new Set(keys)], keysAtOnce), async (part) => {
      let missing: readonly string[] = part;
      for (let attempt = 0; missing.length > 0; attempt += 1) {
        // What a throttled table left out is asked for again.
        if (attempt > 0) await pause(attempt);
        const Keys = missing.map((key) => ({ [hash]: key }));
        const { Responses, UnprocessedKeys } = await this.#call('batchGet', {
          RequestItems: { [this.names[table]]: { Keys, ConsistentRead: isConsistent } },
        });
        for (const item of Responses?.[this.names[table]] ?? []) found.set(item[hash] as string, item);
        missing = (UnprocessedKeys?.[this.names[table]]?.Keys ?? []).map((key) => key[hash] as string);
      }
    });
    return found;
  }

  /** Puts an item if the condition holds; says whether it did. */
  async put(table: Table, item: Item, condition?: Condition): Promise<boolean> {
    try {
      await this.#aws.call('put', {
        TableName: this.names[table],
        Item: item,
        ...(condition === undefined ? {} : conditionInput(condition)),
      });
      return true;
    } catch (error) {
      if (isFailedCondition(error)) return false;
      throw conflictOf(error) ?? asUnavailable(error);
    }
  }

  /** Deletes an item if the condition holds; says whether it did. */
  async delete(table: Table, key: string, condition?: Condition): Promise<boolean> {
    try {
      await this.#aws.call('delete', {
        TableName: this.names[table],
        Key: { [hashKeys[table]]: key },
        ...(condition === undefined ? {} : conditionInput(condition)),
      });
      return true;
    } catch (error) {
      if (isFailedCondition(error)) return false;
      throw conflictOf(error) ?? asUnavailable(error);
    }
  }

  /** All of it or nothing. Rejects with `Conflict` where a condition fails or another transaction is under way. */
  async transact(items: readonly TransactItem[]): Promise<void> {
    try {
      await this.#aws.call('transactWrite', { TransactItems: [...items] });
    } catch (error) {
      throw conflictOf(error) ?? asUnavailable(error);
    }
  }

  /** The items of an index in its order, as many as are asked for. */
  async *query(table: Table, query: IndexQuery): AsyncGenerator<Item> {
    const { index, hash, range, isDescending = false, pageSize } = query;
    let start: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await this.#call('query', {
        TableName: this.names[table],
        IndexName: index,
        KeyConditionExpression: `#h = :h${range === undefined ? '' : ' AND #r BETWEEN :from AND :to'}`,
        ExpressionAttributeNames: { '#h': hash[0], ...(range === undefined ? {} : { '#r': range.name }) },
        ExpressionAttributeValues: {
          ':h': hash[1],
          ...(range === undefined ? {} : { ':from': range.from, ':to': range.to }),
        },
        ScanIndexForward: !isDescending,
        ...(pageSize === undefined ? {} : { Limit: pageSize }),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      yield* Items ?? [];
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }

  async sizeOf(table: Table): Promise<number> {
    const { Table: found } = await this.#call('describeTable', { TableName: this.names[table] });
    return found?.TableSizeBytes ?? 0;
  }

  async #call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]> {
    try {
      return await this.#aws.call(name, input);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}

export interface IndexQuery {
  readonly index: string;
  readonly hash: readonly [name: string, value: string];
  /** Both ends included. */
  readonly range?: { readonly name: string; readonly from: string; readonly to: string } | undefined;
  readonly isDescending?: boolean;
  readonly pageSize?: number;
}

/** A condition as the parts of a request that say it. */
export const conditionInput = ({ expression, names, values }: Condition) => ({
  ConditionExpression: expression,
  ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
  ...(values === undefined ? {} : { ExpressionAttributeValues: { ...values } }),
});
