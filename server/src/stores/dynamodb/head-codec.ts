import type { Status } from 'llm-tracer/schema';
import type { Totals } from '../../domain/totals.ts';
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { pack, unpack } from './compression.ts';
import { type Content, readContent, type StoredContent, storedContent } from './contents.ts';
import type { Head, HeadState, Page, Summary } from './head.ts';
import { decodeLedger, encodeLedger, type Slot } from './ledger-codec.ts';
import { joinRecord, type RecordHead } from './record-codec.ts';

/** What a head's blob says as JSON; the ledger's bytes follow it. */
interface HeadText {
  readonly s: Exclude<HeadState, 'absent'>;
  readonly t: number;
  readonly r?: RecordHead | StoredContent;
  readonly p?: StoredContent;
  readonly g?: readonly (readonly [id: string, bytes: number])[];
  readonly u?: StoredSummary;
  readonly c?: 1;
  readonly d?: 1;
  /** The texts that ledger entries refer to. */
  readonly n: readonly string[];
}

type StoredSummary = Omit<Summary, 'totals' | 'status'> & {
  readonly status: Status;
  readonly totals: Omit<Totals, 'costNanos'> & { readonly costNanos: string };
};

/** What is stored of a head, but for its key and version. */
export interface HeadContent
  extends Pick<Head, 'retentionMicros' | 'pages'>,
    Partial<Pick<Head, 'payload' | 'summary' | 'hasScores' | 'isEmptied'>> {
  readonly state: Exclude<HeadState, 'absent'>;
  /** The record, or the object that it stands in. */
  readonly record?: RecordHead | Content | undefined;
  /** The entries that stand in the head itself. */
  readonly slots: Iterable<Slot>;
}

export function encodeHead(head: HeadContent): Uint8Array {
  const { texts, bytes } = encodeLedger(head.slots);
  const text: HeadText = {
    s: head.state,
    t: head.retentionMicros,
    ...(head.record === undefined ? {} : { r: 'at' in head.record ? storedContent(head.record) : head.record }),
    ...(head.payload === undefined ? {} : { p: storedContent(head.payload) }),
    ...(head.pages.length === 0 ? {} : { g: head.pages.map(({ id, bytes }) => [id, bytes] as const) }),
    ...(head.summary === undefined ? {} : { u: storedSummary(head.summary) }),
    ...(head.hasScores ? { c: 1 as const } : {}),
    ...(head.isEmptied ? { d: 1 as const } : {}),
    n: texts,
  };
  const packed = pack(text);
  const writer = new ByteWriter();
  writer.unsigned(packed.length);
  writer.bytes(packed);
  writer.bytes(bytes);
  return writer.finish();
}

/** A head as it is stored, and where its record is if that stands elsewhere. */
export function decodeHead(
  traceId: string,
  version: number,
  blob: Uint8Array,
): { readonly head: Head; readonly recordAt: Content | undefined } {
  const reader = new ByteReader(blob);
  const text = unpack(reader.bytes(reader.unsigned())) as HeadText;
  const slots = decodeLedger({ texts: text.n, bytes: reader.rest() });
  const [record, recordAt] =
    text.r === undefined || 'f' in text.r
      ? [text.r && joinRecord(text.r, undefined), undefined]
      : [undefined, readContent(text.r)];
  const head: Head = {
    traceId,
    version,
    state: text.s,
    retentionMicros: text.t,
    record,
    payload: text.p && readContent(text.p),
    slots: new Map(slots.map((slot) => [slot.entry.spanId, slot])),
    pages: (text.g ?? []).map(([id, bytes]): Page => ({ id, bytes })),
    summary: text.u && readSummary(text.u),
    hasScores: text.c === 1,
    isEmptied: text.d === 1,
  };
  return { head, recordAt };
}

/** A page of a ledger, whole by itself. */
export function encodePage(slots: Iterable<Slot>): Uint8Array {
  const { texts, bytes } = encodeLedger(slots);
  const packed = pack(texts);
  const writer = new ByteWriter();
  writer.unsigned(packed.length);
  writer.bytes(packed);
  writer.bytes(bytes);
  return writer.finish();
}

export function decodePage(blob: Uint8Array): Slot[] {
  const reader = new ByteReader(blob);
  const texts = unpack(reader.bytes(reader.unsigned())) as string[];
  return decodeLedger({ texts, bytes: reader.rest() });
}

const storedSummary = ({ totals, name, startMicros, endTime, status, isCounted }: Summary): StoredSummary => ({
  name,
  startMicros,
  endTime,
  status,
  isCounted,
  totals: { ...totals, costNanos: String(totals.costNanos) },
});

const readSummary = ({ totals, ...rest }: StoredSummary): Summary => ({
  ...rest,
  totals: { ...totals, costNanos: BigInt(totals.costNanos) },
});
