import { dollarsOf } from '../../domain/cost.ts';
import type { Price } from '../../domain/pricing.ts';
import type { Fields, Merged } from '../../domain/record.ts';

/** What is stored of a merged record apart from its payloads, as JSON. */
export interface RecordHead {
  /** Rank, and the exceptions to it. */
  readonly r: number;
  readonly x?: Readonly<Record<string, number>>;
  readonly f: Fields;
  /** What priced it, with the nano-dollars. */
  readonly p?: readonly [nanos: number, table: string, version: string, provider: string, model: string];
}

export interface SplitRecord {
  readonly head: RecordHead;
  /** Undefined where there are none. */
  readonly payload: Fields | undefined;
}

/** Takes a record apart, so that what lists and trees show is read without payloads. */
export function splitRecord(record: Merged, payloadFields: ReadonlySet<string>, price?: Price): SplitRecord {
  const entries = Object.entries(record.fields);
  const payload = entries.filter(([name]) => payloadFields.has(name));
  return {
    head: {
      r: record.rank,
      ...(Object.keys(record.ranks).length > 0 ? { x: record.ranks } : {}),
      f: Object.fromEntries(entries.filter(([name]) => !payloadFields.has(name))),
      ...(price === undefined ? {} : { p: pricedBy(price) }),
    },
    payload: payload.length === 0 ? undefined : Object.fromEntries(payload),
  };
}

const pricedBy = ({ dollars, source }: Price): NonNullable<RecordHead['p']> => [
  Math.round(dollars * 1e9),
  source.table,
  source.version,
  source.provider,
  source.model,
];

/** The record again; without its payload fields where `payload` is undefined. */
export const joinRecord = ({ r, x, f }: RecordHead, payload: Fields | undefined): Merged => ({
  rank: r,
  ranks: x ?? {},
  fields: payload === undefined ? f : { ...f, ...payload },
});

export function priceOfRecord({ p }: RecordHead): Price | undefined {
  if (p === undefined) return undefined;
  const [nanos, table, version, provider, model] = p;
  return { dollars: dollarsOf(nanos), source: { table, version, provider, model } };
}
