import { mapSpan } from '../../src/otlp/map-span.ts';
import { type OtlpSpan, readRequest } from '../../src/otlp/request.ts';
import { type Attributes, anExport, aSpan } from './builders.ts';

type Parts = Parameters<typeof aSpan>[0] & { readonly resource?: Attributes; readonly scope?: string };

/** What a span with these attributes is mapped to: the wire's span, and what it says of its trace. */
export function mapped(attributes: Attributes, { resource = {}, scope = 'test', ...parts }: Parts = {}) {
  const [span] = readRequest(anExport([aSpan({ ...parts, attributes })], { resource, scope }));
  const { span: wire, facts } = mapSpan(span as OtlpSpan);
  return { ...wire, facts: facts.fields, weight: facts.rev };
}

export const json = (value: unknown): string => JSON.stringify(value);
