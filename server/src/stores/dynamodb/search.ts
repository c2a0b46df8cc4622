import type { Fields, Merged } from '../../domain/record.ts';
import { matchesTerms } from '../../domain/search-match.ts';
import { parseSearch } from '../../domain/search-query.ts';
import { searchDocument } from '../../domain/search-text.ts';
import { SearchIsOff } from '../store.ts';
import type { Head } from './head.ts';
import { spanKey } from './keys.ts';
import type { ReadContext } from './read-context.ts';
import { readSpanItem } from './span-item.ts';
import type { Budget } from './walk.ts';

/** An item of a span is some KB, a head less than one. */
const headsPerSpan = 2;

/**
 * Whether a record of the trace has the words. There is no index: DynamoDB has none that could, and one of our own would cost
 * more than all else. So the records are read and looked through; names alone stand in the ledger.
 */
export async function matchesWords(
  context: ReadContext,
  project: string,
  head: Head,
  q: string,
  budget: Budget,
): Promise<boolean> {
  const { searchDepth: depth } = context;
  if (depth === 'off') throw new SearchIsOff();
  const terms = parseSearch(q);
  if (terms.length === 0) return false;
  const matches = (fields: Fields): boolean => {
    const document = searchDocument(fields, depth);
    return document !== undefined && matchesTerms(terms, document);
  };
  if (matches(await traceFields(context, project, head, depth !== 'names'))) return true;

  const { slots } = await context.heads.whole(project, head);
  if (depth === 'names') return [...slots.values()].some(({ entry }) => matches({ name: entry.name }));
  budget.spend(slots.size * headsPerSpan);
  const ids = [...slots.keys()];
  const items = await context.database.getAll(
    'spans',
    ids.map((spanId) => spanKey(project, spanId)),
    false,
  );
  for (const item of items.values()) {
    const { record, traceId } = await readSpanItem(context.contents, project, item);
    if (traceId === head.traceId && matches(record.fields)) return true;
  }
  return false;
}

async function traceFields(context: ReadContext, project: string, head: Head, hasPayloads: boolean): Promise<Fields> {
  const fields = (head.record as Merged | undefined)?.fields ?? {};
  if (!hasPayloads || head.payload === undefined) return fields;
  const payload = await context.contents.read({ project, traceId: head.traceId }, head.payload);
  return { ...fields, ...(payload as Fields | undefined) };
}
