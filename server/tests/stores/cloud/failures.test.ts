import { describeFailures } from './failures.ts';
import { MemoryAws } from './memory-aws.ts';

describeFailures({
  rounds: 8,
  async create() {
    const aws = new MemoryAws();
    return {
      aws,
      tables: { traces: 'traces', spans: 'spans' },
      payloadBucket: 'payloads',
      items: async (table) => aws.items(table),
      objectKeys: async () => aws.objectKeys(),
    };
  },
});
