import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { StoreUnavailable } from '../stores/store.ts';
import { serverVersion } from '../version.ts';
import { addBackup } from './commands/backup.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addMove } from './commands/move.ts';
import { addPrune } from './commands/prune.ts';
import { addRecount } from './commands/recount.ts';
import { addReprice } from './commands/reprice.ts';
import { addServe } from './commands/serve.ts';
import { CommandError, type ExitCode, exitCodes, type Outcome, type Terminal } from './terminal.ts';

/** How a command is added: with what it runs on, and where its outcome goes. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Wraps the work of a command: what it returns, or why it could not, becomes output and exit code. */
  run<Given extends unknown[]>(
    work: (...given: Given) => Promise<Outcome | undefined>,
  ): (...given: Given) => Promise<void>;
}

/** Runs `llm-tracer` with these arguments; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.well;
  const program = programOf({
    terminal,
    run:
      (work) =>
      async (...given) => {
        const isJson = program.opts()['json'] === true;
        try {
          const outcome = await work(...given);
          if (outcome === undefined) return;
          const stream = outcome.isOutputTaken === true ? terminal.stderr : terminal.stdout;
          stream.write(`${isJson ? JSON.stringify(outcome.report) : outcome.text}\n`);
          exitCode = outcome.exitCode;
        } catch (error) {
          exitCode = exitCodeOf(error);
          const { message } = error as Error;
          if (isJson) terminal.stdout.write(`${JSON.stringify({ error: message })}\n`);
          terminal.stderr.write(`llm-tracer: ${message}\n`);
        }
      },
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and the version were asked for; anything else was asked wrongly, and commander has said how.
    return error.exitCode === 0 ? exitCodes.well : exitCodes.asked;
  }
}

function programOf(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('llm-tracer')
    .description('The backend of LLM Tracer: serves it, and looks after what it has stored.')
    .version(serverVersion, '--version', 'print the version')
    .helpOption('-h, --help', 'print this, or the help of a command')
    .helpCommand(false)
    .option('--json', 'print the outcome as one line of JSON')
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError('Ask with --help what there is.')
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes:
  0  done, and all is well
  1  done, and something is not well: totals differ, records were refused, a check failed
  2  asked wrongly: arguments or variables
  3  could not be done: no connection, no such file, a full disk

Variables are those of the server (HOST, DATA_DIR, …) and of its clients (TRACER_URL, TRACER_API_KEY).`,
    );
  for (const add of [
    addServe,
    addKeys,
    addExport,
    addImport,
    addBackup,
    addMove,
    addRecount,
    addReprice,
    addPrune,
    addDoctor,
  ])
    add(program, context);
  return program;
}

/** What a person can mend is said in a sentence; anything else is a defect and ends the process as one. */
function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof ConfigError) return exitCodes.asked;
  if (error instanceof StoreUnavailable || (error instanceof Error && 'code' in error)) return exitCodes.undone;
  throw error;
}
