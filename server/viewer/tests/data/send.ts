import type { ScoreUpsert, SpanUpsert, TraceUpsert } from 'llm-tracer/schema';

/** What is sent together. */
export interface Records {
  readonly traces?: readonly TraceUpsert[];
  readonly spans?: readonly SpanUpsert[];
  readonly scores?: readonly ScoreUpsert[];
  readonly dropped?: Readonly<Record<string, number>>;
}

const mostElements = 900;

/** Sends records to a server, in batches. Fails if the server takes one of them not. */
export async function sendRecords(url: string, key: string, records: readonly Records[]): Promise<void> {
  const batches: {
    traces: TraceUpsert[];
    spans: SpanUpsert[];
    scores: ScoreUpsert[];
    dropped?: Record<string, number>;
  }[] = [];
  let current = { traces: [] as TraceUpsert[], spans: [] as SpanUpsert[], scores: [] as ScoreUpsert[] };
  const room = () => {
    if (current.traces.length + current.spans.length + current.scores.length < mostElements) return current;
    batches.push(current);
    current = { traces: [], spans: [], scores: [] };
    return current;
  };
  for (const { traces = [], spans = [], scores = [] } of records) {
    for (const trace of traces) room().traces.push(trace);
    for (const span of spans) room().spans.push(span);
    for (const score of scores) room().scores.push(score);
  }
  batches.push(current);
  const dropped = records.find((record) => record.dropped !== undefined)?.dropped;
  for (const [index, batch] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const response = await fetch(`${url}/api/ingest`, {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        batch_id: crypto.randomUUID(),
        sdk: { name: 'viewer-tests', version: '1', instance: 'tests' },
        ...batch,
        ...(isLast && dropped !== undefined ? { dropped } : {}),
      }),
    });
    const answer = (await response.json()) as { rejected?: readonly unknown[] };
    if (!response.ok || (answer.rejected ?? []).length > 0)
      throw new Error(`The server did not take a batch: ${JSON.stringify(answer).slice(0, 500)}`);
  }
}

/** A moment so many milliseconds after another, as the wire has it. */
export const timeAt = (startMs: number, offsetMs = 0): string => {
  const micros = Math.round((startMs + offsetMs) * 1000);
  const ms = Math.floor(micros / 1000);
  return new Date(ms).toISOString().replace('Z', `${String(micros - ms * 1000).padStart(3, '0')}Z`);
};
