import { describeSearchContract } from '../stores/contract/search.ts';
import { describeStoreContract } from '../stores/contract.ts';
import { createPlace } from './place.ts';

const factory = {
  // A history is some thousand requests to DynamoDB Local: here it is shown that they mean the same to it as to the model of it
  // in memory, on which the laws are tried (tests/stores/cloud).
  histories: 0.01,
  cannot: {
    fill: 'a hundred thousand conditional writes take DynamoDB Local minutes; stores/cloud/laws.test.ts fills a trace in memory',
    bodies: 'it keeps spans, not bodies',
  },
  create: createPlace,
} as const;

describeStoreContract('DynamoDB', factory);
describeSearchContract('DynamoDB', factory);
