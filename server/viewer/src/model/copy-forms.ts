import type { SpanRecord } from 'llm-tracer/schema';

/** A text between single quotes for a POSIX shell. */
const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request of a model call, rebuilt from what was recorded. The provider's key is a variable; ours is not in it. */
export function curlOf(span: SpanRecord): string {
  const parameters =
    typeof span.model_parameters === 'object' && span.model_parameters !== null ? span.model_parameters : {};
  const input =
    typeof span.input_data === 'object' && span.input_data !== null ? span.input_data : { input: span.input_data };
  const body = {
    model: span.requested_model ?? span.model,
    ...input,
    ...parameters,
    ...(span.tools === undefined ? {} : { tools: span.tools }),
  };
  return [
    'curl https://api.openai.com/v1/chat/completions \\',
    '  -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d ${shellQuoted(JSON.stringify(body, undefined, 2))}`,
  ].join('\n');
}

/** A span as a constant of a TypeScript test. */
export function fixtureOf(span: SpanRecord): string {
  const { name, span_type, input_data: input, output_data: output, error } = span;
  const fixture = { name, span_type, input, output, ...(error === undefined ? {} : { error }) };
  return `export const fixture = ${JSON.stringify(fixture, undefined, 2)} as const;\n`;
}
