import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import type { IngestAnswer } from 'llm-tracer/schema';
import { type Api, problemOf, textOf } from './api.ts';
import { bodyOf, type ImportedRecord } from './import-batches.ts';
import { CommandError, exitCodes } from './terminal.ts';

const compress = promisify(zstdCompress);

/** A record that the server did not take, and why. */
export interface RefusedRecord {
  readonly line: number;
  readonly detail: string;
}

// 0.5, 1, 2, … seconds, 30 at the most: five minutes in all, which a restart of the server does not take.
const mostTries = 14;
const waitMs = (attempt: number): number => Math.min(30_000, 250 * 2 ** attempt);

/**
 * Sends records until the server has them or refuses them; resolves with those it refuses.
 *
 * Records are upserts, so a batch whose answer got lost is sent again. One that is refused whole is halved, down to the record
 * that is to blame.
 */
export async function sendRecords(api: Api, records: readonly ImportedRecord[]): Promise<RefusedRecord[]> {
  const reply = await sendBody(api, bodyOf(records));
  if ('answer' in reply) return refusedOf(records, reply.answer);
  const [first] = records;
  if (records.length === 1 && first !== undefined) return [{ line: first.line, detail: reply.refusal }];
  const middle = Math.ceil(records.length / 2);
  return [...(await sendRecords(api, records.slice(0, middle))), ...(await sendRecords(api, records.slice(middle)))];
}

async function sendBody(api: Api, text: string): Promise<{ answer: IngestAnswer } | { refusal: string }> {
  const body = await compress(text);
  const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd' };
  for (let attempt = 1; ; attempt += 1) {
    const reply = await api.call('/api/ingest', { method: 'POST', headers, body }).catch((error: unknown) => {
      if (attempt >= mostTries) throw error;
      return undefined;
    });
    if (reply?.status === 200) return { answer: JSON.parse(await textOf(reply)) as IngestAnswer };
    if (reply !== undefined && (reply.status === 413 || reply.status === 422 || reply.status === 400))
      return { refusal: await problemOf(reply) };
    const mayPass = reply === undefined || reply.status === 429 || reply.status >= 502;
    if (reply !== undefined && (!mayPass || attempt >= mostTries))
      throw new CommandError(exitCodes.undone, `${api.name} does not import: ${await problemOf(reply)}`);
    if (reply !== undefined) await textOf(reply);
    const asked = Number(reply?.header('retry-after') ?? 0) * 1000;
    await sleep(Math.max(asked || 0, waitMs(attempt)));
  }
}

function refusedOf(records: readonly ImportedRecord[], { rejected }: IngestAnswer): RefusedRecord[] {
  return rejected.map(({ index, kind, detail }) => {
    const record = records.filter((each) => each.kind === kind)[index];
    return { line: record?.line ?? 0, detail };
  });
}
