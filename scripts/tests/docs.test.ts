import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Tracer, TracerError, tracerErrorCodes } from '../../sdk/src/index.ts';
import { exitCodes } from '../../server/src/cli/terminal.ts';
import { Environment } from '../../server/src/config.ts';
import { apiDocument } from '../api-document.ts';
import { apiPage } from '../api-page.ts';
import { root } from '../workspace.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The names that the first cells of the table below a heading begin with. */
function firstColumn(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`(]+)/gm)].map((match) => match[1] ?? '');
}

test('the page of errors has the codes that the SDK has, with the same words', () => {
  const page = read('docs/reference/errors.md');

  expect(firstColumn(page, 'What the SDK throws')).toEqual(Object.keys(tracerErrorCodes));
  for (const meaning of Object.values(tracerErrorCodes)) expect(page).toContain(`| ${meaning}`);
});

test('the page of the SDK has the options that the SDK has', () => {
  const refusal = (): string => {
    try {
      // @ts-expect-error there is no such option
      new Tracer({ nope: true });
    } catch (error) {
      if (error instanceof TracerError) return error.message;
    }
    throw new Error('an unknown option was not refused');
  };
  const known = /The options are (.*)\./.exec(refusal())?.[1]?.split(', ');

  expect(firstColumn(read('docs/reference/sdk.md'), 'Options').toSorted()).toEqual(known?.toSorted());
});

test('the page of the SDK has the members that a tracer has', () => {
  const members = Object.getOwnPropertyNames(Tracer.prototype).filter((name) => name !== 'constructor');

  expect(firstColumn(read('docs/reference/sdk.md'), 'Tracer')).toEqual(expect.arrayContaining(members));
});

test('the page of the configuration has the variables that the server has', () => {
  expect(firstColumn(read('docs/reference/configuration.md'), 'Variables')).toEqual(Object.keys(Environment.shape));
});

test('the page of the API is made of what the server says of itself', async () => {
  // When it fails: `pnpm api-docs`.
  expect(read('docs/reference/api.md')).toBe(apiPage(await apiDocument()));
});

test('the page of the command has the commands that it has, and its exit codes', () => {
  const page = read('docs/reference/cli.md');
  const commands = globSync('server/src/cli/commands/*.ts', { cwd: root }).map((path) => basename(path, '.ts'));

  const documented = firstColumn(page, 'Commands').map((name) => name.split(' ')[1]);
  expect(documented.toSorted()).toEqual(commands.toSorted());
  expect(firstColumn(page, 'Exit codes')).toEqual(Object.values(exitCodes).map(String));
});

test('the example environment has every variable that the pages have', () => {
  const client = read('docs/reference/sdk.md').match(/\bTRAC[A-Z]+_[A-Z_]+\b/g) ?? [];
  const server = firstColumn(read('docs/reference/configuration.md'), 'Variables');

  const example = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1]);

  expect(example).toEqual(expect.arrayContaining([...new Set([...client, ...server])]));
});

test('links between pages lead somewhere', () => {
  const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', '**/dist'] });

  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );

  expect(broken).toEqual([]);
});
