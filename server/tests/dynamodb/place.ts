import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { type Aws, openAws } from '../../src/stores/dynamodb/aws.ts';
import { type DynamodbStoreOptions, openDynamodbStore } from '../../src/stores/dynamodb/index.ts';
import type { TableNames } from '../../src/stores/dynamodb/tables.ts';
import type { Store, StoreOptions } from '../../src/stores/store.ts';
import type { Cloud } from '../stores/cloud/failures.ts';
import type { StorePlace } from '../stores/contract/harness.ts';
import { createNewTables, emulatedAws } from './new-tables.ts';

/** Two tables and a prefix of the bucket, empty. */
export interface DynamodbPlace extends StorePlace {
  readonly tables: TableNames;
  open(options: StoreOptions & Partial<DynamodbStoreOptions>): Promise<Store>;
}

const useEmulators = (): void => {
  Object.assign(process.env, emulatedAws(inject('dynamodbEndpoint'), inject('s3Endpoint')));
};

let clients: { readonly dynamodb: DynamoDBClient; readonly s3: S3Client } | undefined;
const shared = () => {
  useEmulators();
  clients ??= { dynamodb: new DynamoDBClient(), s3: new S3Client() };
  return clients;
};

/** AWS as the tests' stores share it: it is closed with the process. */
let aws: Aws | undefined;
const sharedAws = (): Aws => {
  useEmulators();
  aws ??= openAws();
  const opened = aws;
  return { call: (name, input) => opened.call(name, input), close: async () => {} };
};

/** The same, and all that is in them. */
export async function createCloud(): Promise<Cloud> {
  const { dynamodb, s3 } = shared();
  const { tables, payloadBucket } = await createNewTables(dynamodb, s3);
  const document = DynamoDBDocumentClient.from(dynamodb);
  return {
    aws: sharedAws(),
    tables,
    payloadBucket,
    async items(table) {
      const items: Record<string, unknown>[] = [];
      for await (const { Items = [] } of paginateScan({ client: document }, { TableName: tables[table] }))
        items.push(...Items);
      return items;
    },
    async objectKeys() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: payloadBucket }));
      return Contents.map(({ Key }) => String(Key));
    },
  };
}

export async function createPlace(): Promise<DynamodbPlace> {
  const { aws, tables, payloadBucket } = await createCloud();
  return {
    tables,
    open: async (options) => openDynamodbStore({ aws, tables, payloadBucket, ...options }),
    // They are in memory, and deleting them takes as long as the test.
    remove: async () => {},
  };
}
