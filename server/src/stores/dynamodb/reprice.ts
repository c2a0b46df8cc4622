import { ledgerEntry } from '../../domain/ledger.ts';
import { type Price, type Pricer, priceOf } from '../../domain/pricing.ts';
import type { RepriceCount, RepricedSpan } from '../reprice-count.ts';
import type { RepriceRequest } from '../store.ts';
import { summaryOf, versionOf } from './head.ts';
import { rewriting } from './operations.ts';
import type { ReadContext } from './read-context.ts';
import { readWhole, type WholeTrace } from './read-trace.ts';
import type { StoredSpan } from './span-item.ts';
import { Budget, walk } from './walk.ts';
import { write } from './write.ts';

/** Prices the traces of a project that start in the range anew: those spans are written whose price has become another. */
export async function repriceProject(
  context: ReadContext,
  project: string,
  { from, to, isTrial }: RepriceRequest,
  count: RepriceCount,
): Promise<void> {
  const whole = new Budget(Number.POSITIVE_INFINITY);
  for await (const { head } of walk(context, project, { filter: { from, to }, isAscending: true }, whole)) {
    const trace = await readWhole(context, project, head.traceId, false, (slots) =>
      slots.filter(({ entry }) => entry.endTime !== null),
    );
    if (trace === undefined) continue;
    const pricer = context.pricerOf(project);
    const priced = trace.spans.filter(({ record }) => record.fields['cost_usd'] === undefined);
    const changes = changesOf(priced, pricer);
    const after = costWith(trace, changes);
    if (!isTrial && changes.size > 0)
      await write(
        context,
        project,
        [...changes.keys()].map((spanId) => rewriting(head.traceId, spanId)),
      );
    count.add({
      spans: priced.length,
      changes: changes.values(),
      costNanosBefore: summaryOf(trace.head).totals.costNanos,
      costNanosAfter: after,
    });
  }
}

/** Which of these spans have another price now. */
function changesOf(spans: readonly StoredSpan[], pricer: Pricer): Map<string, RepricedSpan> {
  const changes = new Map<string, RepricedSpan>();
  for (const { spanId, record, price: before } of spans) {
    const after = priceOf(record.fields, pricer);
    if (textOf(before) !== textOf(after)) changes.set(spanId, { before, after });
  }
  return changes;
}

const textOf = (price: Price | undefined): string =>
  price === undefined
    ? ''
    : JSON.stringify([price.dollars, ...Object.entries(price.source).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What the trace comes to with other prices. */
function costWith({ head, spans }: WholeTrace, changes: ReadonlyMap<string, RepricedSpan>): bigint {
  const slots = new Map(head.slots);
  for (const { spanId, version, record } of spans) {
    const change = changes.get(spanId);
    if (change !== undefined) slots.set(spanId, { version, entry: ledgerEntry(spanId, record.fields, change.after) });
  }
  return versionOf({ ...head, slots })?.state.totals.costNanos ?? 0n;
}
