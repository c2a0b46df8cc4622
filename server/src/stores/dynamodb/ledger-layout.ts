import { randomBytes } from 'node:crypto';
import type { Page, WholeHead } from './head.ts';
import { encodePage } from './head-codec.ts';
import { encodeLedger, type Slot } from './ledger-codec.ts';

/** Up to so many bytes of ledger stand in the head, which each commit writes anew. */
const largestInHead = 4 * 1024;
/** An item has 400 KB, and is read whole. */
const largestPage = 200 * 1024;
/** Spans of about 45 bytes; with names and models of their own, up to some 600. */
const slotsInPage = 400;
/** A page is merged with the one before it while that is not so many times larger: so there are few, each rewritten seldom. */
const mergeFactor = 4;

/** Where the entries of a ledger are to stand. */
export interface LedgerLayout {
  readonly inHead: readonly Slot[];
  readonly pages: readonly Page[];
  readonly added: readonly { readonly page: Page; readonly slots: readonly Slot[]; readonly blob: Uint8Array }[];
  /** Pages that are no longer listed. */
  readonly removed: readonly string[];
}

/**
 * Lays out a ledger that was changed: what changed goes into the head; what no longer fits there goes, all of it, into new
 * pages. They supersede what older pages say of the same spans.
 */
export function layOut(before: WholeHead, slots: ReadonlyMap<string, Slot>): LedgerLayout {
  const inHead = [...slots.values()].filter(
    (slot) => before.inHead.has(slot.entry.spanId) || before.slots.get(slot.entry.spanId) !== slot,
  );
  const { bytes: encoded, texts } = encodeLedger(inHead);
  const size = texts.reduce((sum, text) => sum + text.length, encoded.length);
  if (size <= largestInHead) return { inHead, pages: before.pages, added: [], removed: [] };

  const kept = [...before.pages];
  const removed: Page[] = [];
  let [merged, bytes] = [new Map(inHead.map((slot) => [slot.entry.spanId, slot])), size];
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    if (last.bytes > mergeFactor * bytes || last.bytes + bytes > largestPage) break;
    kept.pop();
    removed.push(last);
    const older = (before.paged.get(last.id) ?? []).map((slot) => [slot.entry.spanId, slot] as const);
    merged = new Map([...older, ...merged]);
    bytes += last.bytes;
  }
  const added = parts([...merged.values()]).map((part) => {
    const blob = encodePage(part);
    return { page: { id: randomBytes(9).toString('base64url'), bytes: blob.length }, slots: part, blob };
  });
  return {
    inHead: [],
    pages: [...kept, ...added.map(({ page }) => page)],
    added,
    removed: removed.map(({ id }) => id),
  };
}

/** As few parts as fit in a page each. */
function parts(slots: readonly Slot[]): (readonly Slot[])[] {
  if (slots.length <= slotsInPage || encodePage(slots).length <= largestPage) return [slots];
  const middle = Math.ceil(slots.length / 2);
  return [...parts(slots.slice(0, middle)), ...parts(slots.slice(middle))];
}
