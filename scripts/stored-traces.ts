import { TraceAnswer, TraceListAnswer } from '../sdk/src/schema/index.ts';

/** The newest trace that started at or after a moment, with its spans. */
export async function newestTrace(url: string, key: string, since: Date): Promise<TraceAnswer> {
  const list = TraceListAnswer.parse(await read(`${url}/api/traces?limit=1&from=${since.toISOString()}`, key));
  const [newest] = list.traces;
  if (newest === undefined) throw new Error('The server has stored no trace of this run.');
  return readTrace(url, key, newest.trace_id);
}

/** One trace with its spans. */
async function readTrace(url: string, key: string, traceId: string): Promise<TraceAnswer> {
  return TraceAnswer.parse(await read(`${url}/api/traces/${traceId}`, key));
}

async function read(address: string, key: string): Promise<unknown> {
  const response = await fetch(address, { headers: { 'X-API-Key': key } });
  if (!response.ok) throw new Error(`GET ${address} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
