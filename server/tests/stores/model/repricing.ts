import type { SpanRecord } from 'llm-tracer/schema';
import type { Price } from '../../../src/domain/pricing.ts';
import type { RepriceReport } from '../../../src/stores/store.ts';
import { canonical } from './canonical.ts';
import type { Seen } from './reading.ts';
import { nanoDollars, type Totals } from './tree.ts';

const isPriced = ({ end_time, cost_usd, cost_price }: SpanRecord) =>
  end_time !== undefined && (cost_usd === undefined || cost_price !== undefined);

type Prices = ReadonlyMap<string, Price | undefined>;

export const nothingRepriced: RepriceReport = {
  traces: 0,
  spans: 0,
  changed: 0,
  gained: 0,
  lost: 0,
  costNanosBefore: 0n,
  costNanosAfter: 0n,
};

/** The report with one more trace. */
export const addTrace = (
  report: RepriceReport,
  { spans, totals }: Seen,
  before: Prices,
  after: Prices,
  totalsAfter: Totals,
): RepriceReport => {
  const changed = [...after.keys()].filter((id) => !isSamePrice(before.get(id), after.get(id)));
  return {
    traces: report.traces + 1,
    spans: report.spans + spans.filter(isPriced).length,
    changed: report.changed + changed.length,
    gained: report.gained + changed.filter((id) => before.get(id) === undefined).length,
    lost: report.lost + changed.filter((id) => after.get(id) === undefined).length,
    costNanosBefore: report.costNanosBefore + totals.nanoDollars,
    costNanosAfter: report.costNanosAfter + totalsAfter.nanoDollars,
  };
};

const isSamePrice = (a: Price | undefined, b: Price | undefined): boolean =>
  canonical([a?.source, a && String(nanoDollars(a.dollars))]) ===
  canonical([b?.source, b && String(nanoDollars(b.dollars))]);
