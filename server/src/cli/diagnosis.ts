import { randomBytes } from 'node:crypto';
import { HealthAnswer, MeAnswer, wireVersion } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import { type Api, problemOf, serverApi, textOf } from './api.ts';
import { CommandError } from './terminal.ts';

/** One thing that was looked at. `unknown`: it could not be told, and need not be wrong. */
export interface Finding {
  readonly check: 'server' | 'clock' | 'key' | 'round trip';
  readonly verdict: 'well' | 'unwell' | 'unknown';
  readonly sentence: string;
}

// Spans of one trace come from several machines; beyond this they look out of order.
const clockToleranceMs = 2_000;

/** Looks at what can be wrong between here and a server, in the order in which one thing needs the other. */
export async function diagnose(url: string, key: string | undefined): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (check: Finding['check'], verdict: Finding['verdict'], sentence: string) =>
    void findings.push({ check, verdict, sentence });
  try {
    const api = serverApi(url, key);
    const health = await askHealth(api);
    if (typeof health === 'string') add('server', 'unwell', health);
    else {
      add('server', ...serverVerdict(url, health.answer));
      add('clock', ...clockVerdict(health));
      const me = await askMe(api, key);
      if (typeof me === 'string') add('key', 'unwell', me);
      else {
        add('key', 'well', `The key belongs to the project ${me.project_id} and may ${abilities(me.scopes)}.`);
        add('round trip', ...(await roundTrip(api, me.scopes)));
      }
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    add(
      'server',
      'unwell',
      `${error.message} Is TRACER_URL right, is the server running, and does a firewall let this machine through?`,
    );
  }
  return findings;
}

interface Health {
  readonly answer: HealthAnswer;
  /** The moment, of this machine's clock, that the answer speaks of: the middle between asking and hearing. */
  readonly askedMs: number;
  readonly tookMs: number;
}

async function askHealth(api: Api): Promise<Health | string> {
  // Once without looking, so that the connection is there and the second one measures the clock.
  await textOf(await api.call('/health', { timeoutMs: 10_000 }));
  const start = Date.now();
  const reply = await api.call('/health', { timeoutMs: 10_000 });
  const end = Date.now();
  const text = await textOf(reply);
  const answer = z.safeParse(HealthAnswer, parse(text));
  if (reply.status === 200 && answer.success)
    return { answer: answer.data, askedMs: (start + end) / 2, tookMs: end - start };
  return `Something answers at ${api.name}, but it is no LLM Tracer server (GET /health: ${reply.status}). Is there a proxy, or another program on this port?`;
}

function serverVerdict(url: string, { version, storage, wire_version }: HealthAnswer): [Finding['verdict'], string] {
  const server = `LLM Tracer ${version} (${storage}) answers at ${url}`;
  if (wire_version === wireVersion) return ['well', `${server}.`];
  return ['unwell', `${server}, and speaks version ${wire_version} of the wire; this command speaks ${wireVersion}.`];
}

function clockVerdict({ answer, askedMs, tookMs }: Health): [Finding['verdict'], string] {
  const difference = Date.parse(answer.timestamp) - askedMs;
  const uncertainty = tookMs / 2;
  if (Math.abs(difference) <= clockToleranceMs + uncertainty)
    return [
      'well',
      `The clocks differ by ${Math.round(Math.abs(difference))} ms, give or take ${Math.ceil(uncertainty)}.`,
    ];
  const side = difference > 0 ? 'behind' : 'ahead of';
  return [
    'unwell',
    `This machine's clock is ${(Math.abs(difference) / 1000).toFixed(1)} s ${side} the server's: times of spans will be off. Set it, by NTP best.`,
  ];
}

async function askMe(api: Api, key: string | undefined): Promise<MeAnswer | string> {
  const reply = await api.call('/api/me');
  if (reply.status === 200) {
    const answer = z.safeParse(MeAnswer, parse(await textOf(reply)));
    return answer.success
      ? answer.data
      : 'What answers GET /api/me is no LLM Tracer server. Is there a proxy in between?';
  }
  const problem = await problemOf(reply);
  if (reply.status === 401 && key === undefined)
    return 'The server wants a key, and there is none: set TRACER_API_KEY, or give --key.';
  return `The key is not accepted (${problem})`;
}

function abilities(scopes: readonly string[]): string {
  if (scopes.includes('admin')) return 'write, read and delete';
  return scopes.includes('ingest') ? 'only write' : 'only read';
}

/** Writes a trace, reads it back and deletes it, as far as the key may. */
async function roundTrip(api: Api, scopes: readonly string[]): Promise<[Finding['verdict'], string]> {
  if (!scopes.includes('admin')) return partOfRoundTrip(api, scopes);
  const trace_id = randomBytes(16).toString('hex');
  const start = performance.now();
  const body = JSON.stringify({ trace_id, name: 'llm-tracer doctor' });
  const created = await api.call('/api/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (created.status !== 200) return ['unwell', `A trace cannot be written: ${await problemOf(created)}`];
  await textOf(created);
  const read = await api.call(`/api/traces/${trace_id}`);
  const isRead = read.status === 200;
  const problem = isRead ? '' : await problemOf(read);
  if (isRead) await textOf(read);
  const took = performance.now() - start;
  const deleted = await api.call(`/api/traces/${trace_id}`, { method: 'DELETE' });
  if (!isRead) return ['unwell', `A trace was written and cannot be read: ${problem}`];
  if (deleted.status !== 204) return ['unwell', `A trace cannot be deleted: ${await problemOf(deleted)}`];
  return ['well', `A trace was written and read within ${Math.round(took)} ms, and deleted again.`];
}

/** What a key that cannot delete may do without leaving anything behind: send an empty batch, or ask a list. */
async function partOfRoundTrip(api: Api, scopes: readonly string[]): Promise<[Finding['verdict'], string]> {
  const headers = { 'content-type': 'application/json' };
  const reply = scopes.includes('ingest')
    ? await api.call('/api/ingest', { method: 'POST', headers, body: '{}' })
    : await api.call('/api/traces?limit=1');
  if (reply.status !== 200) return ['unwell', `The key cannot be used: ${await problemOf(reply)}`];
  const [done, missing] = scopes.includes('ingest')
    ? ['An empty batch was accepted', 'read']
    : ['A list was read', 'write'];
  await textOf(reply);
  return ['unknown', `${done}; this key may not ${missing}, so that a whole round trip cannot be made with it.`];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
