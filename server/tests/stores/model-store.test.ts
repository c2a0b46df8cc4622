import { describeStoreContract } from './contract.ts';
import { ModelStore } from './model-store.ts';

describeStoreContract('model', {
  // Here the model is compared with itself: enough to see that histories run.
  histories: 0.05,
  cannot: { reopen: 'it is kept in memory only', scale: 'it computes everything anew at each read' },
  async create() {
    return {
      open: async (options) => new ModelStore(options),
      remove: async () => {},
    };
  },
});
