import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { type Aws, openAws } from '../../src/stores/dynamodb/aws.ts';
import { type DynamodbStoreOptions, openDynamodbStore } from '../../src/stores/dynamodb/index.ts';
import { createTables, type TableNames } from '../../src/stores/dynamodb/tables.ts';
import type { Store, StoreOptions } from '../../src/stores/store.ts';
import type { Cloud } from '../stores/cloud/failures.ts';
import type { StorePlace } from '../stores/contract/harness.ts';

/** Two tables and a prefix of the bucket, empty. */
export interface DynamodbPlace extends StorePlace {
  readonly tables: TableNames;
  open(options: StoreOptions & Partial<DynamodbStoreOptions>): Promise<Store>;
}

/** What every client of AWS finds in its environment. */
function useEmulators(): void {
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
    AWS_ENDPOINT_URL_S3: inject('s3Endpoint'),
  });
}

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
  const name = `t-${randomBytes(6).toString('hex')}`;
  const tables = { traces: `${name}-traces`, spans: `${name}-spans` };
  await Promise.all([
    createTables(dynamodb, tables),
    s3.send(
      new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    ),
  ]);
  const document = DynamoDBDocumentClient.from(dynamodb);
  return {
    aws: sharedAws(),
    tables,
    payloadBucket: name,
    async items(table) {
      const items: Record<string, unknown>[] = [];
      for await (const { Items = [] } of paginateScan({ client: document }, { TableName: tables[table] }))
        items.push(...Items);
      return items;
    },
    async objectKeys() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
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
