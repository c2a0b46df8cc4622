import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import { type Aws, openAws } from '../../src/stores/dynamodb/aws.ts';
import { type DynamodbStoreOptions, openDynamodbStore } from '../../src/stores/dynamodb/index.ts';
import { createTables, type TableNames } from '../../src/stores/dynamodb/tables.ts';
import type { Store, StoreOptions } from '../../src/stores/store.ts';
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

export async function createPlace(): Promise<DynamodbPlace> {
  const { dynamodb, s3 } = shared();
  const name = `t-${randomBytes(6).toString('hex')}`;
  const tables = { traces: `${name}-traces`, spans: `${name}-spans` };
  await Promise.all([
    createTables(dynamodb, tables),
    s3.send(
      new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    ),
  ]);
  return {
    tables,
    open: async (options) => openDynamodbStore({ aws: sharedAws(), tables, payloadBucket: name, ...options }),
    // They are in memory, and deleting them takes as long as the test.
    remove: async () => {},
  };
}
