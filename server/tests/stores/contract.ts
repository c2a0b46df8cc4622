import { describe } from 'vitest';
import { type StoreFactory, suiteOf } from './contract/harness.ts';
import { laws } from './contract/laws.ts';

/** What `stores/store.ts` promises, checked on one kind of store. A store's test is a factory. */
export function describeStoreContract(name: string, factory: StoreFactory): void {
  const suite = suiteOf(factory);
  describe(`${name} store`, () => {
    laws(suite);
  });
}
