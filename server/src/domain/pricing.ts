import type { CostPrice } from 'llm-tracer/schema';
import { dollarsOf, nanosOf } from './cost.ts';
import type { Fields } from './record.ts';

/** What the server makes a call cost when the client did not say. */
export interface Price {
  readonly dollars: number;
  readonly source: CostPrice;
}

/**
 * Prices a merged span from its tokens and model; undefined when the price is not known (never 0 for unknown). It reads no
 * payload fields (see view.ts): re-pricing is spared from loading them.
 */
export type Pricer = (fields: Fields) => Price | undefined;

/** The price of a merged span: only a finished one is priced, and only where the client did not say what it cost. */
export const priceOf = (fields: Fields, pricer: Pricer): Price | undefined =>
  fields['cost_usd'] === undefined && fields['end_time'] !== undefined ? pricer(fields) : undefined;

/** Prices by the first of these that knows a price. */
export const firstKnown =
  (pricers: readonly Pricer[]): Pricer =>
  (fields) => {
    for (const pricer of pricers) {
      const price = pricer(fields);
      if (price !== undefined) return price;
    }
    return undefined;
  };

/** An amount as a cost is kept: to the nano-dollar, or undefined where it is none. */
export const dollarsToKeep = (dollars: number | undefined): number | undefined =>
  dollars !== undefined && dollars >= 0 && dollars < Number.POSITIVE_INFINITY ? dollarsOf(nanosOf(dollars)) : undefined;

export const perMillion = 1_000_000;
