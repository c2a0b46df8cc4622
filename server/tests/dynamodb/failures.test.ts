import { describeFailures } from '../stores/cloud/failures.ts';
import { createCloud } from './place.ts';

// Each call of each case is tried in memory (tests/stores/cloud), and here with TEST_LONG=1: a try takes DynamoDB Local a second.
// Else these few, the last among them, show that they mean the same to it.
const few = 3;

describeFailures({
  create: createCloud,
  rounds: 2,
  ...(process.env['TEST_LONG'] === undefined
    ? {
        lastCalls: (calls) =>
          calls <= few ? Array.from({ length: calls }, (_, n) => n + 1) : [1, Math.ceil(calls / 2), calls],
      }
    : {}),
});
