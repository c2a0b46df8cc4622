import type { DynamodbConfig } from './config.ts';
import { openAws } from './stores/dynamodb/aws.ts';
import { type DynamodbStoreOptions, openDynamodbStore } from './stores/dynamodb/index.ts';
import type { Store } from './stores/store.ts';

/** The store on DynamoDB and S3 that the configuration names. */
export const openCloudStore = (
  { tables, payloadBucket, endpoint }: DynamodbConfig,
  options: Omit<DynamodbStoreOptions, 'aws' | 'tables' | 'payloadBucket'>,
): Store => openDynamodbStore({ aws: openAws({ dynamodbEndpoint: endpoint }), tables, payloadBucket, ...options });
