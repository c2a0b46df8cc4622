import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import type { Api } from '../api.ts';
import { type FileEnd, importSteps } from '../import-batches.ts';
import { type RefusedRecord, sendRecords } from '../import-sender.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress } from '../progress.ts';
import { addTarget, openTarget, type TargetOptions } from '../target.ts';
import { CommandError, exitCodes, type Outcome } from '../terminal.ts';

// More are counted, and named in what --json prints.
const mostShown = 20;
const mostKept = 10_000;

export function addImport(program: Command, { terminal, run }: CommandContext): void {
  addTarget(program.command('import'))
    .description(
      'Send an export in. Records that are there already stay as they are: importing twice is importing once',
    )
    .argument('[file]', 'the export; - or nothing reads standard input')
    .option('--start-line <number>', 'go on at this line of the file', lineNumber, 1)
    .action(
      run(async (file: string | undefined, options: TargetOptions & { readonly startLine: number }) => {
        const input = await openInput(file, terminal.stdin);
        const api = await openTarget(options, terminal, { mayBeNew: true });
        const progress = new Progress(terminal);
        try {
          return await importAll(api, input, options.startLine, progress);
        } finally {
          progress.end();
          input.destroy();
          await api.close();
        }
      }),
    );
}

function lineNumber(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 on.');
  return Number(text);
}

async function openInput(file: string | undefined, stdin: Readable): Promise<Readable> {
  if (file === undefined || file === '-') return stdin;
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 });
  await once(stream, 'open');
  return stream;
}

async function importAll(api: Api, input: Readable, startLine: number, progress: Progress): Promise<Outcome> {
  const end: FileEnd = { isWhole: false };
  const refused: RefusedRecord[] = [];
  let [imported, faults, lastLine] = [0, 0, startLine - 1];
  const refuse = (records: readonly RefusedRecord[]): void => {
    faults += records.length;
    refused.push(...records.slice(0, mostKept - refused.length));
  };

  try {
    for await (const step of importSteps(input, startLine, end)) {
      if (step.step === 'fault') {
        refuse([step]);
        continue;
      }
      const rejected = await sendRecords(api, step.records);
      refuse(rejected);
      imported += step.records.length - rejected.length;
      lastLine = step.lastLine;
      progress.update(() => `${counted(imported, 'record')} imported, ${counted(faults, 'record')} refused`);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandError(
      error instanceof CommandError ? error.exitCode : exitCodes.undone,
      `${error.message} Lines up to ${lastLine} are in; go on with --start-line ${lastLine + 1}.`,
      { cause: error },
    );
  }

  const isWell = faults === 0 && end.isWhole;
  return {
    exitCode: isWell ? exitCodes.well : exitCodes.unwell,
    report: {
      imported,
      refused: faults,
      whole: end.isWhole,
      details: refused.map(({ line, detail }) => ({ line, detail })),
    },
    text: [
      `${counted(imported, 'record')} imported into ${api.name}.`,
      ...(faults === 0 ? [] : [`${counted(faults, 'record')} refused:`]),
      ...refused.slice(0, mostShown).map(({ line, detail }) => `  line ${line}: ${detail}`),
      ...(faults > mostShown ? [`  and ${faults - mostShown} more; --json has them`] : []),
      ...(end.isWhole ? [] : ['The file has no last line of kind "end": it is not a whole export.']),
    ].join('\n'),
  };
}
