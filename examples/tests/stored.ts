import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type SpanRecord, TraceAnswer, TraceListAnswer } from 'llm-tracer/schema';
import { exampleCommand } from '../../scripts/examples.ts';

/** Runs an example as `pnpm example` does, and returns what it printed. A failing one rejects with its output. */
export async function runToEnd(
  name: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ stdout: string; stderr: string }> {
  const { cwd, args } = exampleCommand(name);
  return promisify(execFile)(process.execPath, args, { cwd, env: environment });
}

/** The stored traces of one name, oldest first, each with its spans. */
export async function storedTraces(url: string, key: string, name: string): Promise<TraceAnswer[]> {
  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { headers: { 'X-API-Key': key } });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const { traces } = TraceListAnswer.parse(await read(`/api/traces?name=${name}`));
  const answers = await Promise.all(traces.map((trace) => read(`/api/traces/${trace.trace_id}`)));
  return answers.map((answer) => TraceAnswer.parse(answer)).reverse();
}

/** A span and what is below it, as an example's reader thinks of it. */
export interface Branch {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly below?: readonly Branch[];
}

/** The tree of a trace's spans, siblings in the order in which they started. */
export function tree(spans: readonly SpanRecord[], parent?: string): Branch[] {
  return spans
    .filter((span) => span.parent_span_id === parent)
    .sort((a, b) => (a.start_time < b.start_time ? -1 : 1))
    .map((span) => {
      const below = tree(spans, span.span_id);
      const branch = { name: span.name, type: span.span_type, status: span.status };
      return below.length === 0 ? branch : { ...branch, below };
    });
}
