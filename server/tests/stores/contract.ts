import { describe } from 'vitest';
import { bodies } from './contract/bodies.ts';
import { completion } from './contract/completion.ts';
import { deletion } from './contract/deletion.ts';
import { facts } from './contract/facts.ts';
import { filters } from './contract/filters.ts';
import { groups } from './contract/groups.ts';
import { type StoreFactory, type Suite, suiteOf } from './contract/harness.ts';
import { isolation } from './contract/isolation.ts';
import { laws } from './contract/laws.ts';
import { merging } from './contract/merging.ts';
import { paging } from './contract/paging.ts';
import { payloads } from './contract/payloads.ts';
import { reopening } from './contract/reopening.ts';
import { repricing, repricingLaw } from './contract/repricing.ts';
import { retention } from './contract/retention.ts';
import { roots } from './contract/roots.ts';
import { scale } from './contract/scale.ts';
import { scoreFilters } from './contract/score-filters.ts';
import { counts, series } from './contract/series.ts';
import { sorting } from './contract/sorting.ts';
import { totalsRules } from './contract/totals.ts';
import { userDeletion } from './contract/user-deletion.ts';

/**
 * What `stores/store.ts` promises, checked on one kind of store. A store's test is a factory; see `contract/harness.ts`.
 *
 * The rules by example come first, so that a broken one is met as itself; the laws then try them together.
 */
export function describeStoreContract(name: string, factory: StoreFactory): void {
  describe(`${name} store`, () => {
    const suite = suiteOf(factory);
    rules(suite);
    roots(suite);
    facts(suite);
    filters(suite);
    paging(suite);
    sorting(suite);
    scoreFilters(suite);
    groups(suite);
    series(suite);
    counts(suite);
    bodies(suite);
    laws(suite);
    repricingLaw(suite);
  });

  if (factory.hasBodiesVariant === false) return;
  // As the app hands over what SDKs send.
  describe.skipIf(factory.cannot?.bodies !== undefined)(`${name} store, given batches with their bodies`, () => {
    rules(suiteOf(factory, 'zstd'));
  });
}

/** The laws alone, pricing anew, and large traces: for a store whose rules are checked on another engine that behaves the same. */
export function describeStoreLaws(name: string, factory: StoreFactory): void {
  describe(`${name} store`, () => {
    const suite = suiteOf(factory);
    scale(suite);
    repricing(suite);
    laws(suite);
    repricingLaw(suite);
  });
}

/** What depends on how the content of spans is kept. */
function rules(suite: Suite): void {
  merging(suite);
  totalsRules(suite);
  repricing(suite);
  completion(suite);
  retention(suite);
  deletion(suite);
  userDeletion(suite);
  isolation(suite);
  payloads(suite);
  scale(suite);
  reopening(suite);
}
