import { SpanUpsert } from 'llm-tracer/schema';
import type { Fields } from '../../../../src/domain/record.ts';
import { mapSpan } from '../../../../src/otlp/map-span.ts';
import { readRequest } from '../../../../src/otlp/request.ts';
import type { TraceFacts } from '../../../../src/otlp/trace-facts.ts';
import type { LineFault } from '../messages.ts';
import type { FileStore } from './file-store.ts';
import { fieldsOf } from './records.ts';

/** The export requests in a value: one, or a list of them. Undefined where it is neither. */
export function otlpRequestsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRequest) ? value : undefined;
  return isRequest(value) ? [value] : undefined;
}

const isRequest = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('resourceSpans' in value || 'resource_spans' in value);

/** Spans of OTLP, mapped to records as the server maps them. */
export class OtlpSpans {
  readonly #store: FileStore;
  readonly #facts = new Map<string, TraceFacts[]>();
  readonly faults: LineFault[] = [];
  read = 0;
  valid = 0;

  constructor(store: FileStore) {
    this.#store = store;
  }

  add(request: unknown): void {
    for (const span of readRequest(request)) {
      this.read += 1;
      if ('detail' in span) {
        this.faults.push({ line: this.read, detail: span.detail });
        continue;
      }
      const { span: mapped, facts } = mapSpan(span);
      const held = SpanUpsert.safeParse(mapped);
      if (!held.success) {
        this.faults.push({ line: this.read, detail: held.error.issues[0]?.message ?? 'it cannot be read' });
        continue;
      }
      this.valid += 1;
      const fields = fieldsOf(mapped);
      this.#store.add({ kind: 'span', traceId: mapped.trace_id, spanId: mapped.span_id, fields }, async () => fields);
      const ofTrace = this.#facts.get(facts.traceId);
      if (ofTrace === undefined) this.#facts.set(facts.traceId, [facts]);
      else ofTrace.push(facts);
    }
  }

  /** Gives each trace what its spans said of it: of several, the word of greater weight counts, then the earlier one. */
  finish(): void {
    for (const [traceId, facts] of this.#facts) {
      const said = facts.toSorted((a, b) => b.rev - a.rev).map(({ fields }) => fieldsOf(fields));
      const merged = Object.assign({}, ...said.toReversed()) as Fields;
      const metadata = Object.assign({}, ...said.toReversed().map((fields) => fields.metadata ?? {}));
      const fields: Fields = Object.keys(metadata).length === 0 ? merged : { ...merged, metadata };
      if (Object.keys(fields).length > 0)
        this.#store.add({ kind: 'trace', traceId, isDerived: false, fields }, async () => fields);
    }
  }
}
