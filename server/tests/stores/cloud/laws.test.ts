import { openDynamodbStore } from '../../../src/stores/dynamodb/index.ts';
import { describeSearchContract } from '../contract/search.ts';
import { describeStoreLaws } from '../contract.ts';
import { MemoryAws } from './memory-aws.ts';

const factory = {
  // Of the standard number: SQLite is tried on more. `TEST_SCALE` multiplies both.
  histories: 0.1,
  async create() {
    const aws = new MemoryAws();
    return {
      open: async (options: Parameters<typeof openDynamodbStore>[0] | object) =>
        openDynamodbStore({
          aws,
          tables: { traces: 'traces', spans: 'spans' },
          payloadBucket: 'payloads',
          ...(options as Omit<Parameters<typeof openDynamodbStore>[0], 'aws' | 'tables' | 'payloadBucket'>),
        }),
      remove: async () => {},
    };
  },
};

describeStoreLaws('DynamoDB (in memory)', factory);
describeSearchContract('DynamoDB (in memory)', factory);
