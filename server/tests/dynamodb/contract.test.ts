import { describeSearchContract } from '../stores/contract/search.ts';
import { describeStoreContract } from '../stores/contract.ts';
import { createPlace } from './place.ts';

const factory = {
  // A history is some thousand requests to DynamoDB Local.
  histories: 0.03,
  cannot: {
    fill: 'a hundred thousand conditional writes take DynamoDB Local minutes; stores/cloud/laws.test.ts fills a trace in memory',
    bodies: 'it keeps spans, not bodies',
  },
  create: createPlace,
} as const;

describeStoreContract('DynamoDB', factory);
describeSearchContract('DynamoDB', factory);
