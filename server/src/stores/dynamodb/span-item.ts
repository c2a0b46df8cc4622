import type { Price } from '../../domain/pricing.ts';
import type { Fields, Merged } from '../../domain/record.ts';
import { spanPayloadFields } from '../../domain/view.ts';
import { pack, unpack } from './compression.ts';
import { type Contents, largestInItem, type Owner } from './contents.ts';
import type { Item } from './database.ts';
import { idOfKey, spanKey } from './keys.ts';
import { joinRecord, priceOfRecord, type RecordHead, splitRecord } from './record-codec.ts';

/** A span's item as it was read. Its trace's ledger says whether it is part of the trace. */
export interface StoredSpan {
  readonly spanId: string;
  readonly traceId: string;
  /** Counts the changes of the item, whatever trace it was of. */
  readonly version: number;
  readonly record: Merged;
  readonly price: Price | undefined;
}

/**
 * A span as an item: `t` its trace, `v` the version, `h` its record as compressed JSON, `p` its payloads; `ho` and `po` name the
 * objects instead where they are large. The trace is not under the name that `trace-index` is by, which would cost a write
 * unit a span: the trace's ledger lists its spans.
 */
export async function spanItem(
  contents: Contents,
  owner: Required<Owner>,
  span: Pick<StoredSpan, 'version' | 'record' | 'price'> & { readonly expiresAt: number },
): Promise<Item> {
  const { head, payload } = splitRecord(span.record, spanPayloadFields, span.price);
  const place = async (name: 'h' | 'p', value: unknown): Promise<Item> => {
    const packed = pack(value);
    return packed.length <= largestInItem
      ? { [name]: packed }
      : { [`${name}o`]: await contents.putObject(owner, packed) };
  };
  return {
    span_id: spanKey(owner.project, owner.spanId),
    t: owner.traceId,
    v: span.version,
    expires_at: span.expiresAt,
    ...(await place('h', head)),
    ...(payload === undefined ? {} : await place('p', payload)),
  };
}

/** Reads a span; without its payloads where these are not asked for. */
export async function readSpanItem(
  contents: Contents,
  project: string,
  item: Item,
  hasPayloads = true,
): Promise<StoredSpan> {
  const spanId = idOfKey(item['span_id'] as string);
  const traceId = item['t'] as string;
  const part = async (name: 'h' | 'p'): Promise<unknown> => {
    const [here, object] = [item[name] as Uint8Array | undefined, item[`${name}o`] as string | undefined];
    if (here !== undefined) return unpack(here);
    return object === undefined ? undefined : unpack(await contents.getObject({ project, traceId, spanId }, object));
  };
  const [head, payload] = await Promise.all([part('h'), hasPayloads ? part('p') : undefined]);
  return {
    spanId,
    traceId,
    version: item['v'] as number,
    record: joinRecord(head as RecordHead, payload as Fields | undefined),
    price: priceOfRecord(head as RecordHead),
  };
}
