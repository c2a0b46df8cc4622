import { SpanType } from 'llm-tracer/schema';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { microsOf, timeOf } from '../../domain/time.ts';
import { ByteReader, ByteWriter } from './byte-buffer.ts';

/** A span as its trace's ledger lists it: what totals need of it, and the version of the span's item that this is of. */
export interface Slot {
  readonly entry: LedgerEntry;
  readonly version: number;
}

/** Ledger entries as some 45 bytes each, and the texts that they refer to by number: many spans share a name and a model. */
export interface EncodedLedger {
  readonly texts: readonly string[];
  readonly bytes: Uint8Array;
}

const has = {
  end: 1,
  textEnd: 2,
  error: 4,
  tokensInput: 8,
  tokensOutput: 16,
  cost: 32,
  firstToken: 64,
  model: 128,
} as const;

// How the parent is written: not at all, by its place in the same ledger, or by its id.
const parentForm = { none: 0, place: 1, id: 2 } as const;
const parentShift = 1;
// Whether an id is 16 lower-case hex digits, which are 8 bytes.
const hexId = 1;

/** The numbers of span types are stored: new ones go to the end. */
const types = SpanType.options;

const hexForm = /^[0-9a-f]{16}$/;

/** Writes entries in the order given, each of another span. */
export function encodeLedger(slots: Iterable<Slot>): EncodedLedger {
  const all = [...slots];
  const writer = new ByteWriter();
  const texts = new Map<string, number>();
  const places = new Map(all.map(({ entry }, place) => [entry.spanId, place]));
  const text = (value: string): void => {
    let number = texts.get(value);
    if (number === undefined) {
      number = texts.size;
      texts.set(value, number);
    }
    writer.unsigned(number);
  };
  const id = (value: string): void => {
    if (hexForm.test(value)) writer.bytes(Buffer.from(value, 'hex'));
    else text(value);
  };

  let previousStart = 0;
  for (const { entry, version } of all) {
    const end = endOf(entry);
    writer.byte(flagsOf(entry, end));
    const parentPlace = entry.parentSpanId === null ? undefined : places.get(entry.parentSpanId);
    const parent =
      entry.parentSpanId === null ? parentForm.none : parentPlace === undefined ? parentForm.id : parentForm.place;
    const isHexParent = entry.parentSpanId !== null && hexForm.test(entry.parentSpanId);
    const forms = (hexForm.test(entry.spanId) ? hexId : 0) | (parent << parentShift) | (isHexParent ? 8 : 0);
    writer.byte(forms | (types.indexOf(entry.spanType) << 4));
    id(entry.spanId);
    if (parentPlace !== undefined) writer.unsigned(parentPlace);
    else if (entry.parentSpanId !== null) id(entry.parentSpanId);
    writer.unsigned(version);
    text(entry.name);
    if (entry.model !== null) text(entry.model);
    writer.signed(entry.startMicros - previousStart);
    previousStart = entry.startMicros;
    if (typeof end === 'number') writer.signed(end);
    else if (end !== undefined) text(end);
    for (const amount of [entry.tokensInput, entry.tokensOutput, entry.costNanos])
      if (amount !== null) writer.unsigned(amount);
    if (entry.firstTokenMicros !== null) writer.signed(entry.firstTokenMicros);
  }
  return { texts: [...texts.keys()], bytes: writer.finish() };
}

/** The end as microseconds from the start; as its text where these cannot say it, in a year far away. */
function endOf({ startMicros, endTime }: LedgerEntry): number | string | undefined {
  if (endTime === null) return undefined;
  const end = microsOf(endTime);
  const isExact = Number.isSafeInteger(end * 4) && timeOf(end) === endTime;
  return isExact ? end - startMicros : endTime;
}

function flagsOf(entry: LedgerEntry, end: number | string | undefined): number {
  let flags = 0;
  if (end !== undefined) flags |= has.end;
  if (typeof end === 'string') flags |= has.textEnd;
  if (entry.isError) flags |= has.error;
  if (entry.tokensInput !== null) flags |= has.tokensInput;
  if (entry.tokensOutput !== null) flags |= has.tokensOutput;
  if (entry.costNanos !== null) flags |= has.cost;
  if (entry.firstTokenMicros !== null) flags |= has.firstToken;
  if (entry.model !== null) flags |= has.model;
  return flags;
}

/** The entries again, in the same order. */
export function decodeLedger({ texts, bytes }: EncodedLedger): Slot[] {
  const reader = new ByteReader(bytes);
  const text = (): string => texts[reader.unsigned()] as string;
  const id = (isHex: boolean): string => (isHex ? Buffer.from(reader.bytes(8)).toString('hex') : text());

  const slots: Slot[] = [];
  const parentPlaces: (number | undefined)[] = [];
  let startMicros = 0;
  while (!reader.isAtEnd) {
    const flags = reader.byte();
    const forms = reader.byte();
    const spanId = id((forms & hexId) !== 0);
    const parent = (forms >> parentShift) & 3;
    parentPlaces.push(parent === parentForm.place ? reader.unsigned() : undefined);
    const parentSpanId = parent === parentForm.id ? id((forms & 8) !== 0) : null;
    const version = reader.unsigned();
    const name = text();
    const model = flags & has.model ? text() : null;
    startMicros += reader.signed();
    slots.push({
      version,
      entry: {
        spanId,
        parentSpanId,
        name,
        spanType: types[forms >> 4] as LedgerEntry['spanType'],
        model,
        startMicros,
        endTime: flags & has.textEnd ? text() : flags & has.end ? timeOf(startMicros + reader.signed()) : null,
        isError: (flags & has.error) !== 0,
        tokensInput: flags & has.tokensInput ? reader.unsigned() : null,
        tokensOutput: flags & has.tokensOutput ? reader.unsigned() : null,
        costNanos: flags & has.cost ? reader.unsigned() : null,
        firstTokenMicros: flags & has.firstToken ? reader.signed() : null,
      },
    });
  }
  return slots.map((slot, index) => {
    const place = parentPlaces[index];
    if (place === undefined) return slot;
    return { ...slot, entry: { ...slot.entry, parentSpanId: (slots[place] as Slot).entry.spanId } };
  });
}
