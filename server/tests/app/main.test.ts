import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const flags = ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning'];
const headers = { 'x-api-key': 'project-dev', 'content-type': 'application/json' };

interface Running {
  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Resolves with the address that it prints. */
  readonly url: Promise<string>;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

async function startMain(env: Record<string, string> = {}): Promise<Running> {
  const dataDir = env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'llm-tracer-main-')));
  const child = spawn(process.execPath, [...flags, main], { env: { PORT: '0', DATA_DIR: dataDir, ...env } });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(async ([code, signal]) => ({
    code,
    signal,
    stdout: await stdout,
    stderr: await stderr,
  }));
  const url = new Promise<string>((resolve) => {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      const address = /^LLM Tracer is listening on (\S+)$/m.exec(printed)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  });
  return { child, dataDir, url, ended };
}

/** Begins a request whose body is held back, and waits until the server has its head. */
async function beginRequest(url: string): Promise<ClientRequest> {
  const begun = request(`${url}/api/traces`, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
  begun.flushHeaders();
  await once(begun, 'continue');
  return begun;
}

async function statusOf(sent: ClientRequest): Promise<number | undefined> {
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

it('prints where it listens, in one plain line', async () => {
  const { url } = await startMain({ LOG_LEVEL: 'silent' });

  expect(await url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'answers what it has accepted when %s arrives, then exits with 0',
  async (signal) => {
    const { child, dataDir, url, ended } = await startMain();
    // A connection that is kept alive and idle must not hold the server either.
    await fetch(`${await url}/health`);
    const inFlight = await beginRequest(await url);

    child.kill(signal);
    await refusedConnections(await url);
    inFlight.end(JSON.stringify({ name: 'last words', trace_id: 't1' }));

    expect(await statusOf(inFlight)).toBe(200);
    const killedAt = performance.now();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(performance.now() - killedAt).toBeLessThan(5_000);

    const again = await startMain({ DATA_DIR: dataDir });
    const read = await fetch(`${await again.url}/api/traces/t1`, { headers });
    expect(read.status).toBe(200);
  },
);

it('does not wait for those who watch it live when it is to end', async () => {
  const { child, url, ended } = await startMain();
  const live = await fetch(`${await url}/api/live`, { headers });

  const killedAt = performance.now();
  child.kill('SIGTERM');

  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(performance.now() - killedAt).toBeLessThan(5_000);
  expect(await live.text()).toContain('event: ready');
});

it('keeps what it has acknowledged when it is killed', async () => {
  const first = await startMain();
  await fetch(`${await first.url}/api/traces`, { method: 'POST', headers, body: '{"name":"n","trace_id":"t1"}' });

  first.child.kill('SIGKILL');
  await first.ended;

  const second = await startMain({ DATA_DIR: first.dataDir });
  expect((await fetch(`${await second.url}/api/traces/t1`, { headers })).status).toBe(200);
});

it.each([
  ['PORT=http', { PORT: 'http' }, /^LLM Tracer cannot start: PORT must be a whole number/],
  ['guessable keys in public', { HOST: '0.0.0.0', API_KEYS: 'project-dev' }, /ALLOW_PREDICTABLE_KEYS/],
])('refuses %s in a sentence and exits with 2', async (_title, env, sentence) => {
  const { ended } = await startMain(env);

  const { code, stdout, stderr } = await ended;

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
});

it('says in a sentence that its port is taken, and exits with 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };

  const { code, stderr } = await (await startMain({ PORT: String(port) })).ended;

  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`127.0.0.1:${port}`)]);
});

/** Resolves when the server accepts no connection any more: it has met the signal. */
async function refusedConnections(url: string): Promise<void> {
  for (;;) {
    const probe = request(`${url}/health`, { agent: false });
    const outcome = await Promise.race([
      once(probe.end(), 'response').then(([response]) => response.resume()),
      once(probe, 'error').then(() => 'refused'),
    ]).catch(() => 'refused');
    if (outcome === 'refused') return;
  }
}
