import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { ExportQuery } from 'llm-tracer/schema';
import { type Api, problemOf } from '../api.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress, sized } from '../progress.ts';
import { addTarget, openTarget, type TargetOptions } from '../target.ts';
import { CommandError, exitCodes } from '../terminal.ts';

/** The filters of the API, as options: `min_cost` is `--min-cost`. */
const filters = Object.keys(ExportQuery.shape);
const optionOf = (filter: string): string => filter.replaceAll('_', '-');
const memberOf = (filter: string): string => filter.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

export function addExport(program: Command, { terminal, run }: CommandContext): void {
  const command = addTarget(program.command('export'))
    .description('Write traces, spans and scores as newline-delimited JSON, to be kept or imported elsewhere')
    .option('--output <file>', 'where to; without it to standard output');
  for (const filter of filters) command.addOption(new Option(`--${optionOf(filter)} <value>`, describe(filter)));
  command.action(
    run(async (options: TargetOptions & { output?: string } & Readonly<Record<string, string>>) => {
      const query = new URLSearchParams();
      for (const filter of filters) {
        const value = options[memberOf(filter)];
        if (value !== undefined) query.set(filter, value);
      }
      const api = await openTarget(options, terminal, { mayBeNew: false });
      const progress = new Progress(terminal);
      try {
        const { output } = options;
        const counts = await (output === undefined
          ? writeExport(api, query, terminal.stdout, false, progress)
          : writeFile(output, (stream) => writeExport(api, query, stream, true, progress)));
        progress.end();
        return {
          exitCode: exitCodes.well,
          report: { ...counts, output: output ?? null },
          text: `${counted(counts.traces, 'trace')}, ${counted(counts.spans, 'span')}, ${counted(counts.scores, 'score')} exported from ${api.name}.`,
          isOutputTaken: output === undefined,
        };
      } finally {
        progress.end();
        await api.close();
      }
    }),
  );
}

const descriptions: Readonly<Record<string, string>> = {
  from: 'traces that start at or after: ISO 8601, or so long ago, like -7d',
  to: 'traces that start before',
  tags: 'any of these tags, comma-separated',
  score: 'a score: its name, or a condition like helpful>=0.5',
  q: 'words of a search',
};
const describe = (filter: string): string => descriptions[filter] ?? `filter: ${filter.replaceAll('_', ' ')}`;

interface Counts {
  readonly traces: number;
  readonly spans: number;
  readonly scores: number;
}

async function writeExport(
  api: Api,
  query: URLSearchParams,
  output: Writable,
  isOwn: boolean,
  progress: Progress,
): Promise<Counts> {
  const reply = await api.call(`/api/export?${query}`, { timeoutMs: 300_000 });
  if (reply.status !== 200) {
    const isQuestion = reply.status === 422;
    throw new CommandError(
      isQuestion ? exitCodes.asked : exitCodes.undone,
      `${api.name} does not export: ${await problemOf(reply)}`,
    );
  }
  let end = Buffer.alloc(0);
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const chunk of reply.body) {
        bytes += chunk.length;
        end = Buffer.concat([end, chunk]).subarray(-1024);
        progress.update(() => `${sized(bytes)} exported`);
        yield chunk;
      }
    } catch (error) {
      const reason = (error as Error).message;
      throw new CommandError(exitCodes.undone, `The export broke off after ${sized(bytes)}: ${reason}.`);
    }
  };
  // Standard output is not this command's to end.
  await pipeline(watched, output, { end: isOwn });
  return countsOf(end.toString('utf8'));
}

/** The last line says how much there was; without it the export is not whole, whatever the connection says. */
function countsOf(end: string): Counts {
  const line = end.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { kind, traces, spans, scores } = JSON.parse(line) as Counts & { kind: string };
    if (kind === 'end') return { traces, spans, scores };
  } catch {
    // Half a line.
  }
  throw new CommandError(exitCodes.undone, 'The export was cut off: its last line is missing.');
}

/** Writes into a file that has its name only once it is whole. */
async function writeFile<T>(path: string, work: (stream: Writable) => Promise<T>): Promise<T> {
  const partial = `${path}.partial`;
  const stream = createWriteStream(partial);
  // Before the work, so that a file that cannot be made is known before anything is read.
  await once(stream, 'open');
  try {
    const result = await work(stream);
    await rename(partial, path);
    return result;
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}
