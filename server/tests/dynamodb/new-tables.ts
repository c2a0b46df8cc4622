import { randomBytes } from 'node:crypto';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { type TableNames, tableDefinitions } from '../../src/stores/dynamodb/tables.ts';

/** What every client of AWS finds in its environment, that of the emulators. */
export const emulatedAws = (dynamodbEndpoint: string, s3Endpoint: string): Readonly<Record<string, string>> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
  AWS_ENDPOINT_URL_S3: s3Endpoint,
});

export interface NewTables {
  readonly tables: TableNames;
  readonly payloadBucket: string;
}

/** Creates two tables and a bucket, empty. */
export async function createNewTables(dynamodb: DynamoDBClient, s3: S3Client): Promise<NewTables> {
  const name = `t-${randomBytes(6).toString('hex')}`;
  const tables = { traces: `${name}-traces`, spans: `${name}-spans` };
  await Promise.all([
    createTables(dynamodb, tables),
    s3.send(
      new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    ),
  ]);
  return { tables, payloadBucket: name };
}

/**
 * Creates the tables; they are there at once in DynamoDB Local. Without expiry: that goes by the machine's date, each second, and
 * would remove what a test puts by a clock of its own. It does so to few items, which made one test in many runs fail.
 */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all(tableDefinitions(names).map((definition) => client.send(new CreateTableCommand(definition))));
}
