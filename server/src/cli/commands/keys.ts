import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { Scope } from 'llm-tracer/schema';
import { keyHash, parseApiKey } from '../../api-keys.ts';
import type { CommandContext } from '../program.ts';
import { CommandError, exitCodes } from '../terminal.ts';

export function addKeys(program: Command, { run }: CommandContext): void {
  const keys = program.command('keys').description('Make keys for API_KEYS');
  keys
    .command('new')
    .description('Print a new key, and the entry of API_KEYS that lets it in and holds only its hash')
    .option('--project <id>', 'the project that the key belongs to', 'default')
    .addOption(
      new Option('--scope <scope>', 'what it may do: write, read, or all').choices(Scope.options).default('admin'),
    )
    .action(
      run(async ({ project, scope }: { project: string; scope: string }) => {
        // 192 bits; the head tells a person, and a scanner of leaked secrets, what it is.
        const key = `llmt_${randomBytes(24).toString('base64url')}`;
        const entry = `${project}:sha256=${keyHash(key).toString('hex')}${scope === 'admin' ? '' : `:${scope}`}`;
        if (parseApiKey(entry) === undefined)
          throw new CommandError(exitCodes.asked, 'The id of a project is 1 to 100 of A-Z, a-z, 0-9, _ and -.');
        return {
          exitCode: exitCodes.well,
          report: { key, entry, project, scope },
          text: [
            `Key, for clients (TRACER_API_KEY); it is shown only now:\n  ${key}`,
            `Entry, for the server's API_KEYS (after a comma, where there are others):\n  ${entry}`,
          ].join('\n\n'),
        };
      }),
    );
}
