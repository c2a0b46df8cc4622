import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TableNames } from '../../src/stores/dynamodb/tables.ts';
import { startDynamodbLocal } from './emulators.ts';
import { createTables } from './new-tables.ts';

interface Write {
  readonly table: keyof TableNames;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Puts items to DynamoDB Local, one after the other and outside of transactions; the write units that it reports for each. */
export async function reportedWriteUnits(writes: readonly Write[]): Promise<number[]> {
  const emulator = await startDynamodbLocal();
  const client = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const names = { traces: 'traces', spans: 'spans' };
  try {
    await createTables(client, names);
    const units: number[] = [];
    for (const { table, before, after } of writes) {
      const TableName = names[table];
      if (before !== undefined) await documents.send(new PutCommand({ TableName, Item: before }));
      const put = new PutCommand({ TableName, Item: after, ReturnConsumedCapacity: 'INDEXES' });
      units.push((await documents.send(put)).ConsumedCapacity?.CapacityUnits ?? 0);
    }
    return units;
  } finally {
    client.destroy();
    await emulator.stop();
  }
}
