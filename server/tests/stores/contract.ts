import { describe } from 'vitest';
import { completion } from './contract/completion.ts';
import { deletion } from './contract/deletion.ts';
import { filters } from './contract/filters.ts';
import { type StoreFactory, suiteOf } from './contract/harness.ts';
import { isolation } from './contract/isolation.ts';
import { laws } from './contract/laws.ts';
import { merging } from './contract/merging.ts';
import { paging } from './contract/paging.ts';
import { payloads } from './contract/payloads.ts';
import { reopening } from './contract/reopening.ts';
import { retention } from './contract/retention.ts';
import { roots } from './contract/roots.ts';
import { scale } from './contract/scale.ts';
import { totalsRules } from './contract/totals.ts';

/**
 * What `stores/store.ts` promises, checked on one kind of store. A store's test is a factory; see `contract/harness.ts`.
 *
 * The rules by example come first, so that a broken one is met as itself; the laws then try them together.
 */
export function describeStoreContract(name: string, factory: StoreFactory): void {
  const suite = suiteOf(factory);
  describe(`${name} store`, () => {
    merging(suite);
    roots(suite);
    totalsRules(suite);
    completion(suite);
    retention(suite);
    deletion(suite);
    isolation(suite);
    payloads(suite);
    filters(suite);
    paging(suite);
    scale(suite);
    reopening(suite);
    laws(suite);
  });
}
