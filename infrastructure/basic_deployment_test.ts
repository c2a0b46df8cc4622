// Four calls against a deployment: is it there, does it take the key, does it store? For a first look, by a person.
//
//   cd infrastructure
//   node basic_deployment_test.ts
//
// Reads TRACER_URL and API_KEY from the environment or from .env in the root (`just output-dev` prints both). What it
// makes stays there, to be looked at. The tests that assert everything, and clean up, are server/tests/deployment/.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const environmentFile = fileURLToPath(new URL('../.env', import.meta.url));
if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);

/** A function that was not called for a while starts first, and large machines are far away: seconds, not minutes. */
const timeoutMs = 30_000;

class DeploymentError extends Error {}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new DeploymentError(`${name} is not set. \`just output-dev\` prints what belongs into .env of the root.`);
  return value;
}

async function call(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const url = new URL(path, required('TRACER_URL'));
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', 'x-api-key': required('API_KEY') },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new DeploymentError(`${url.origin} does not answer: ${cause instanceof Error ? cause.message : message}`);
  }
  const text = await response.text();
  if (response.status === 401) throw new DeploymentError(`401: API_KEY is none of the server's API_KEYS. ${text}`);
  if (!response.ok) throw new DeploymentError(`${method} ${url.pathname} answered ${response.status}: ${text}`);
  console.log(`✓ ${method} ${url.pathname}\n  ${text}`);
  return JSON.parse(text);
}

try {
  const { trace_id } = await call('POST', '/api/traces', {
    name: 'basic-deployment-test',
    tags: ['deployment-test'],
    input: { question: 'Does it store?' },
  });
  const { span_id } = await call('POST', `/api/traces/${trace_id}/spans`, {
    name: 'chat',
    span_type: 'llm',
    model: 'gpt-4.1-mini',
    input_data: { messages: [{ role: 'user', content: 'Does it store?' }] },
  });
  await call('PATCH', `/api/spans/${span_id}/complete`, {
    output_data: { messages: [{ role: 'assistant', content: 'It does.' }] },
    tokens_input: 12,
    tokens_output: 3,
  });
  await call('PATCH', `/api/traces/${trace_id}/complete`, { output: { answer: 'It does.' } });
  console.log(`\nThe deployment works. Look at it: GET ${new URL(`/api/traces/${trace_id}`, required('TRACER_URL'))}`);
} catch (error) {
  if (!(error instanceof DeploymentError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
