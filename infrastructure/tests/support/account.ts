import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment, type Result, run } from './command.ts';
import type { Emulator } from './emulator.ts';

/** A person at a terminal in `infrastructure/` of a clone, with profiles in an AWS account. */
export interface Operator {
  /** Runs a recipe. */
  just(recipe: string, ...args: string[]): Promise<Result>;
  /** Runs a recipe and answers yes to what it asks. */
  justConfirmed(recipe: string, ...args: string[]): Promise<Result>;
  /** Runs another program in a folder of the clone. */
  run(folder: string, program: string, ...args: string[]): Promise<Result>;
  /** Names of the recipes that were run. */
  readonly ran: ReadonlySet<string>;
  /** Changes a file of the clone. */
  edit(file: string, change: (text: string) => string): Promise<void>;
  read(file: string): Promise<string>;
}

/**
 * @param profiles access key ids by profile name, as `aws configure` would have stored them.
 */
export async function anOperator(
  clone: string,
  emulator: Emulator,
  profiles: Readonly<Record<string, string>>,
): Promise<Operator> {
  const env = {
    ...cleanEnvironment(),
    ...(await writeProfiles(clone, profiles)),
    AWS_ENDPOINT_URL: emulator.url,
  };
  const ran = new Set<string>();
  const recipe = (args: string[]) => run('just', args, { cwd: join(clone, 'infrastructure'), env });
  return {
    ran,
    just: (name, ...args) => {
      ran.add(name);
      return recipe([name, ...args]);
    },
    justConfirmed: (name, ...args) => {
      ran.add(name);
      return recipe(['--yes', name, ...args]);
    },
    run: (folder, program, ...args) => run(program, args, { cwd: join(clone, folder), env }),
    edit: async (file, change) => writeFile(join(clone, file), change(await readFile(join(clone, file), 'utf8'))),
    read: (file) => readFile(join(clone, file), 'utf8'),
  };
}

async function writeProfiles(folder: string, profiles: Readonly<Record<string, string>>) {
  const files = {
    AWS_CONFIG_FILE: join(folder, '.aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws-credentials'),
  };
  const sections = (format: (name: string, key: string) => string) =>
    Object.entries(profiles)
      .map(([name, key]) => format(name, key))
      .join('');
  await writeFile(
    files.AWS_CONFIG_FILE,
    sections((name) => `[profile ${name}]\nregion = eu-central-1\n`),
  );
  await writeFile(
    files.AWS_SHARED_CREDENTIALS_FILE,
    sections((name, key) => `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = x\n`),
  );
  return files;
}
