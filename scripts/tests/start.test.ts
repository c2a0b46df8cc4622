import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProgram } from './program.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-tracer-start-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (port: number) => startProgram('scripts/start.ts', { PORT: String(port), DATA_DIR: folder });

test('runs an agent, shows what was recorded, serves, and ends with 0 on SIGINT', async () => {
  const { child, says, ended } = start(0);

  const printed = await says('Ctrl-C stops the server');
  const [, key, address] = /As JSON: +curl -H 'X-API-Key: (\S+)' (http:\S+)/.exec(printed) ?? [];
  const response = await fetch(address ?? '', { headers: { 'X-API-Key': key ?? '' } });
  const answer = await response.json();
  const page = await fetch(/Look at it: +(http:\S+)/.exec(printed)?.[1] ?? '');
  const html = await page.text();
  child.kill('SIGINT');
  const { code } = await ended;

  expect(printed).toMatch(/^travel-assistant +[\d.]+ m?s +\d+ → \d+ tokens +\$0\.\d{6}$/m);
  expect(printed).toMatch(/^└─ weather-agent \[agent\]/m);
  expect(printed).toMatch(/├─ get_weather \[tool\].*✗ no weather station in Atlantis$/m);
  expect(html).toContain('<div id="root">');
  expect(answer).toMatchObject({ trace: { name: 'travel-assistant', status: 'ok' } });
  expect(code).toBe(0);
});

test('says which port is taken, and how to take another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const { code, printed } = await start(address.port).ended;
  other.close();

  expect(code).toBe(1);
  expect(printed).toContain(`Port ${address.port} is taken`);
  expect(printed).toContain(`PORT=${address.port + 1}`);
});
