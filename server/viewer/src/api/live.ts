import { ApiProblem } from './api-problem.ts';
import type { AcceptedKey } from './keys.ts';
import { send } from './request.ts';

export interface LiveListener {
  /** Traces that were written, scored or deleted. */
  readonly onTraces: (traceIds: readonly string[]) => void;
  /** More has changed than is told, or this server tells nothing: ask again. */
  readonly onMissed: () => void;
}

const reconnectMs = 2_000;
const pollMs = 2_000;

/**
 * Follows what changes in a project until `signal` ends it. The stream is read with `fetch`, as an `EventSource` cannot send
 * a key in a header. Where the server has no stream, it asks to look again every two seconds.
 */
export async function followChanges(key: AcceptedKey, listener: LiveListener, signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const response = await send('/api/live', { key: key.key, signal, headers });
      for await (const event of readEvents(response)) {
        lastEventId = event.id ?? lastEventId;
        if (event.name === 'traces') listener.onTraces(JSON.parse(event.data).trace_ids);
        else if (event.name === 'missed') listener.onMissed();
      }
    } catch (error) {
      if (signal.aborted) return;
      const hasNoStream = error instanceof ApiProblem && [404, 405, 501, 503].includes(error.status);
      if (hasNoStream) listener.onMissed();
      await delay(hasNoStream ? pollMs : reconnectMs, signal);
      continue;
    }
    await delay(reconnectMs, signal);
  }
}

interface ServerEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** The events of a stream, as the standard for server-sent events has them. */
async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        );
        const name = fields.get('event');
        if (name !== undefined) yield { name, data: fields.get('data') ?? '', id: fields.get('id') };
      }
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

const delay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
