import { inParallel } from './concurrency.ts';
import type { Contents } from './contents.ts';
import type { Database, Item } from './database.ts';
import { absentHead, type Head, type WholeHead } from './head.ts';
import { decodeHead, decodePage } from './head-codec.ts';
import { partKey, traceKey } from './keys.ts';
import type { Slot } from './ledger-codec.ts';
import type { Moment } from './moment.ts';
import { joinRecord, type RecordHead } from './record-codec.ts';

// Some 300 bytes each.
const mostSlotsKept = 200_000;

/** Reads heads, and the pages of long ledgers. Pages never change, so those that were read last are kept. */
export class Heads {
  readonly #database: Database;
  readonly #contents: Contents;
  readonly #pages = new Map<string, readonly Slot[]>();
  #slotsKept = 0;

  constructor(database: Database, contents: Contents) {
    this.#database = database;
    this.#contents = contents;
  }

  /**
   * The heads of traces as they are, each without its pages. A tombstone that has served is absent, whether DynamoDB has
   * removed its item yet or not; its version still counts.
   */
  async load(
    project: string,
    traceIds: readonly string[],
    { forgottenMicros }: Moment,
    isConsistent = true,
  ): Promise<Map<string, Head>> {
    const keys = new Map(traceIds.map((traceId) => [traceKey(project, traceId), traceId]));
    const items = await this.#database.getAll('traces', [...keys.keys()], isConsistent);
    const heads = new Map<string, Head>();
    await inParallel([...keys], async ([key, traceId]) => {
      const head = await this.#read(project, traceId, items.get(key));
      const isTombstone = head.state === 'deleted' || head.state === 'expired';
      const hasServed = isTombstone && head.retentionMicros <= forgottenMicros && head.isEmptied;
      heads.set(traceId, hasServed ? { ...absentHead(traceId), version: head.version } : head);
    });
    return heads;
  }

  async loadOne(project: string, traceId: string, moment: Moment): Promise<Head> {
    return (await this.load(project, [traceId], moment)).get(traceId) as Head;
  }

  /** The head with its whole ledger. */
  async whole(project: string, head: Head): Promise<WholeHead> {
    const paged = new Map<string, readonly Slot[]>();
    // A removal that was cut short may have taken a page, and what it lists before that.
    const mayMiss = head.state === 'deleted' || head.state === 'expired';
    const unread = head.pages.filter(({ id }) => !this.#pages.has(partKey(project, head.traceId, 'ledger', id)));
    const keyOf = (id: string): string => partKey(project, head.traceId, 'ledger', id);
    if (unread.length > 0) {
      const items = await this.#database.getAll(
        'spans',
        unread.map(({ id }) => keyOf(id)),
      );
      for (const { id } of unread) {
        const item = items.get(keyOf(id));
        if (item === undefined && !mayMiss) throw new MissingPage(head.traceId);
        if (item !== undefined) this.#keep(keyOf(id), decodePage(item['b'] as Uint8Array));
      }
    }
    const slots = new Map<string, Slot>();
    for (const { id } of head.pages) {
      const page = this.#pages.get(keyOf(id)) ?? [];
      paged.set(id, page);
      for (const slot of page) slots.set(slot.entry.spanId, slot);
    }
    for (const [spanId, slot] of head.slots) slots.set(spanId, slot);
    return { ...head, slots, paged, inHead: new Set(head.slots.keys()) };
  }

  /** The same for traces by id, read now. */
  async loadWhole(project: string, traceIds: readonly string[], moment: Moment): Promise<Map<string, WholeHead>> {
    const heads = await this.load(project, traceIds, moment);
    const whole = new Map<string, WholeHead>();
    await inParallel([...heads.values()], async (head) => {
      whole.set(head.traceId, await this.#wholeNow(project, head, moment));
    });
    return whole;
  }

  /** Keeps a page that was just written. */
  keep(project: string, traceId: string, id: string, slots: readonly Slot[]): void {
    this.#keep(partKey(project, traceId, 'ledger', id), slots);
  }

  /** Pages may be gone because the head has moved on: then its new ones are read. */
  async #wholeNow(project: string, head: Head, moment: Moment): Promise<WholeHead> {
    try {
      return await this.whole(project, head);
    } catch (error) {
      if (!(error instanceof MissingPage)) throw error;
      const now = await this.loadOne(project, head.traceId, moment);
      if (now.version === head.version) throw error;
      return this.#wholeNow(project, now, moment);
    }
  }

  async #read(project: string, traceId: string, item: Item | undefined): Promise<Head> {
    if (item === undefined) return absentHead(traceId);
    const { head, recordAt } = decodeHead(traceId, item['v'] as number, item['b'] as Uint8Array);
    if (recordAt === undefined) return head;
    const record = (await this.#contents.read({ project, traceId }, recordAt)) as RecordHead;
    return { ...head, record: joinRecord(record, undefined) };
  }

  #keep(key: string, slots: readonly Slot[]): void {
    this.#slotsKept += slots.length - (this.#pages.get(key)?.length ?? 0);
    this.#pages.delete(key);
    this.#pages.set(key, slots);
    for (const [oldest, { length }] of this.#pages) {
      if (this.#slotsKept <= mostSlotsKept || oldest === key) return;
      this.#pages.delete(oldest);
      this.#slotsKept -= length;
    }
  }
}

/** A page that a head lists is not there: the head was changed after it was read, or somebody removed the page by hand. */
class MissingPage extends Error {
  override readonly name = 'MissingPage';

  constructor(traceId: string) {
    super(`a page of the ledger of trace ${traceId} is missing`);
  }
}
