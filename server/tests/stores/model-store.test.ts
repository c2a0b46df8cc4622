import { describeStoreContract } from './contract.ts';
import { ModelStore } from './model-store.ts';

describeStoreContract('model', {
  cannot: { reopen: 'it is kept in memory only' },
  async create() {
    return {
      open: async (options) => new ModelStore(options),
      remove: async () => {},
    };
  },
});
