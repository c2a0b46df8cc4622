import type { Fields } from '../../../../src/domain/record.ts';
import { timeOf } from '../../../../src/domain/time.ts';
import type { FileReport, LineFault } from '../messages.ts';
import { type Answer, answer } from './answer.ts';
import { FileStore } from './file-store.ts';
import { linesOf } from './lines.ts';
import { OtlpSpans, otlpRequestsOf } from './otlp-file.ts';
import { readRecord } from './records.ts';
import { searchOf } from './search.ts';

const mostFaults = 100;
const hourMicros = 3_600_000_000;

/** An opened file: what was read of it, and the answers that it gives. */
export interface OpenedFile {
  readonly report: FileReport;
  readonly ask: (path: string, query: Readonly<Record<string, string>>) => Promise<Answer>;
}

/** Reads a file to its end. Rejects with a sentence where nothing in it is a record. */
export async function openFile(file: Blob, project: string, onBytes: (read: number) => void): Promise<OpenedFile> {
  const store = new FileStore(project);
  const first = await firstLine(file);
  // A collector writes a request a line; a file that somebody made may be one document over many lines.
  const isOtlpByLine = otlpRequestsOf(parsed(first)) !== undefined;
  const document = parsed(first) === undefined ? otlpRequestsOf(parsed(await file.text())) : undefined;
  const counts =
    document !== undefined
      ? readOtlp(store, document)
      : isOtlpByLine
        ? await readOtlpLines(file, store, onBytes)
        : await readExport(file, store, onBytes);
  store.finish();
  if (store.traces.length === 0) throw new Error(whyNothing(counts));
  const [from, to] = boundsOf(store);
  const report: FileReport = { ...counts, traces: store.traces.length, from: timeOf(from), to: timeOf(to) };
  return { report, ask: asking(file, store, to, counts.form) };
}

type Counts = Pick<FileReport, 'form' | 'read' | 'valid' | 'faults' | 'isWhole'>;

const whyNothing = ({ form, faults: [fault] }: Counts): string => {
  if (fault === undefined) return 'There is no trace in it.';
  const place = form === 'otlp' ? 'Span' : 'Line';
  return `Nothing in it is a record of an export or a span of OTLP. ${place} ${fault.line}: ${fault.detail}.`;
};

async function firstLine(file: Blob): Promise<string> {
  for await (const { text } of linesOf(chunksOf(file))) return text;
  return '';
}

async function readExport(file: Blob, store: FileStore, onBytes: (read: number) => void): Promise<Counts> {
  const faults: LineFault[] = [];
  let [read, valid, isWhole] = [0, 0, false];
  for await (const { number, text, start, end } of linesOf(chunksOf(file), onBytes)) {
    read += 1;
    const record = readRecord(parsed(text));
    if (record.kind === 'fault') {
      if (faults.length < mostFaults) faults.push({ line: number, detail: record.detail });
      continue;
    }
    valid += 1;
    if (record.kind === 'end') isWhole = true;
    else
      store.add(record, async () => {
        const again = readRecord(parsed(await file.slice(start, end).text()));
        return 'fields' in again ? again.fields : {};
      });
  }
  return { form: 'export', read, valid, faults, isWhole };
}

function readOtlp(store: FileStore, requests: readonly unknown[]): Counts {
  const spans = new OtlpSpans(store);
  for (const request of requests) spans.add(request);
  return countsOf(spans);
}

async function readOtlpLines(file: Blob, store: FileStore, onBytes: (read: number) => void): Promise<Counts> {
  const spans = new OtlpSpans(store);
  for await (const { text } of linesOf(chunksOf(file), onBytes))
    for (const request of otlpRequestsOf(parsed(text)) ?? []) spans.add(request);
  return countsOf(spans);
}

function countsOf(spans: OtlpSpans): Counts {
  spans.finish();
  const { read, valid, faults } = spans;
  return { form: 'otlp', read, valid, faults: faults.slice(0, mostFaults), isWhole: true };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** From the first start to just behind the last: the range in which all traces are. */
function boundsOf({ traces }: FileStore): [number, number] {
  const starts = traces.map(({ state }) => state.startMicros);
  const [first, last] = starts.reduce(
    ([least, most], at) => [Math.min(least, at), Math.max(most, at)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return [first, last + Math.max(1_000_000, Math.min(hourMicros, Math.ceil((last - first) / 50)))];
}

function asking(file: Blob, store: FileStore, endMicros: number, form: FileReport['form']): OpenedFile['ask'] {
  const searches = new Map<string, Promise<ReadonlySet<string>>>();
  const search = (q: string): Promise<ReadonlySet<string>> => {
    const known = searches.get(q) ?? (form === 'otlp' ? store.found(searchOf(q)) : found(file, searchOf(q)));
    searches.set(q, known);
    return known;
  };
  // `-24h` is so long before the end of the file, which may be of last year.
  return (path, query) => answer(path, query, { store, nowMicros: endMicros, search });
}

/** Reads the whole file again: it is not held in memory. */
async function found(file: Blob, matches: (fields: Fields) => boolean): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { text } of linesOf(chunksOf(file))) {
    const record = readRecord(parsed(text));
    if ('fields' in record && !ids.has(record.traceId) && matches(record.fields)) ids.add(record.traceId);
  }
  return ids;
}
