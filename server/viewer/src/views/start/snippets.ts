export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** Programs that send a trace to this server. The key is a variable: none is ever printed. */
export function snippets(serverUrl: string, project: string): readonly Snippet[] {
  const environment = `# where your application runs\nexport TRACER_URL=${serverUrl}\nexport TRACER_API_KEY="$YOUR_KEY"   # may write to project ${project}\n`;
  return [
    {
      name: 'OpenAI',
      text: `${environment}
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const tracer = new Tracer();
const openai = wrapOpenAI(new OpenAI(), tracer);

await tracer.trace('first question', async () => {
  await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Say hello.' }],
  });
});
await tracer.close();
`,
    },
    {
      name: 'Any function',
      text: `${environment}
import { Tracer } from 'llm-tracer';

const tracer = new Tracer();

await tracer.trace('first trace', async () => {
  await tracer.span('look up', { kind: 'tool', input: { city: 'Oslo' } }, async () => ({ degrees: 4 }));
});
await tracer.close();
`,
    },
    {
      name: 'OTLP',
      // The variables that every OpenTelemetry SDK reads, in any language.
      text: `# where your application runs
export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${serverUrl}/v1/traces
export OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_TRACES_HEADERS="x-api-key=$YOUR_KEY"   # may write to project ${project}
`,
    },
    {
      name: 'HTTP',
      text: `${environment}
curl "$TRACER_URL/api/traces" \\
  -H "X-API-Key: $TRACER_API_KEY" -H 'Content-Type: application/json' \\
  -d '{"name": "first trace", "input": "hello"}'
`,
    },
  ];
}
