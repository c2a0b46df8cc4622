import { describeStoreContract } from '../stores/contract.ts';
import { createPlace } from './place.ts';

describeStoreContract('DynamoDB', {
  // A history is some hundred requests to DynamoDB Local.
  histories: 0.1,
  create: createPlace,
});
