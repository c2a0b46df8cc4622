import { type LedgerEntry, ledgerEntry } from './ledger.ts';
import { type Price, type Pricer, priceOf } from './pricing.ts';
import type { Merged } from './record.ts';

/** A span's ledger entry, with the price in it that it has by now. */
export function pricedEntry(
  spanId: string,
  { fields }: Merged,
  pricer: Pricer,
): { readonly entry: LedgerEntry; readonly price: Price | undefined } {
  const price = priceOf(fields, pricer);
  return { entry: ledgerEntry(spanId, fields, price), price };
}
