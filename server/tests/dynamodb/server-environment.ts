import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { startDynamodbLocal, startObjectStore } from './emulators.ts';
import { createNewTables, emulatedAws } from './new-tables.ts';

/** What a server has in its environment so that it keeps its traces in DynamoDB Local and the S3 emulator, in empty tables. */
export async function startDynamodbForServer() {
  const emulators = await Promise.all([startDynamodbLocal(), startObjectStore()]);
  const aws = emulatedAws(emulators[0].endpoint, emulators[1].endpoint);
  Object.assign(process.env, aws);
  const { tables, payloadBucket } = await createNewTables(new DynamoDBClient(), new S3Client());
  return {
    environment: {
      ...aws,
      STORE: 'dynamodb',
      DYNAMODB_TRACES_TABLE: tables.traces,
      DYNAMODB_SPANS_TABLE: tables.spans,
      PAYLOAD_BUCKET: payloadBucket,
    },
    async stop() {
      await Promise.all(emulators.map((emulator) => emulator.stop()));
    },
  };
}
