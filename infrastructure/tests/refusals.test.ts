import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeClone } from './support/clone.ts';
import { run } from './support/command.ts';

// A recipe says what is missing in one sentence, before anything happens: no network, no account, no half a deployment.

/** Everything that is on the path: what recipes need of a system, and the three tools. */
const tools = [
  ...['bash', 'cat', 'dirname', 'env', 'find', 'grep', 'ls', 'rm', 'sed', 'sh', 'uname', 'xargs'],
  ...['terraform', 'npx', 'node'],
];

let root: string;
let env: Record<string, string>;
let places: ReadonlyMap<string, string>;

beforeAll(async () => {
  const { stdout } = await run('which', [...tools, 'just'], { cwd: '.' });
  places = new Map(
    stdout
      .trim()
      .split('\n')
      .map((place) => [basename(place), place]),
  );
});

beforeEach(async () => {
  const clone = await makeClone('infrastructure');
  onTestFinished(clone.remove);
  root = clone.folder;
  await mkdir(join(root, 'path'));
  for (const tool of tools) await symlink(whereIs(tool), join(root, 'path', tool));
  await writeFile(join(root, 'config'), '[profile admin]\n[profile llm-tracer]\n');
  env = {
    PATH: join(root, 'path'),
    AWS_CONFIG_FILE: join(root, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(root, 'no-credentials'),
    // A recipe that went on would meet nobody here.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  };
});

function whereIs(tool: string): string {
  const place = places.get(tool);
  if (place === undefined) throw new Error(`${tool} is missing on this machine: the tests of the recipes need it`);
  return place;
}

const remove = (tool: string) => rm(join(root, 'path', tool));
const put = (file: string, text: string) => writeFile(join(root, 'infrastructure', file), text);

async function setUp(environment: string): Promise<void> {
  await put(`environments/${environment}/backend.hcl`, 'bucket = "none"\n');
  await put(`environments/${environment}/terraform.tfvars`, 'monthly_budget_usd = 10\n');
}

async function connect(environment: string): Promise<void> {
  await setUp(environment);
  await mkdir(join(root, `infrastructure/environments/${environment}/.terraform`));
  await put(`environments/${environment}/.terraform/terraform.tfstate`, '{}');
}

async function build(): Promise<void> {
  await mkdir(join(root, 'server/dist'), { recursive: true });
  await put('../server/dist/lambda.zip', 'a package');
}

/** What a recipe says when it ends without success. */
async function refusalOf(...recipe: string[]): Promise<string> {
  const { exitCode, output } = await run(whereIs('just'), recipe, { cwd: join(root, 'infrastructure'), env });
  expect(exitCode, output).not.toBe(0);
  return output;
}

describe('without terraform', () => {
  it.each([
    'bootstrap',
    'setup-dev',
    'init-dev',
    'plan-prod',
    'apply-dev',
    'deploy-prod',
    'output-dev',
    'destroy-dev',
    'test',
  ])('%s says what to install', async (recipe) => {
    await remove('terraform');

    expect(await refusalOf(recipe)).toContain('terraform is missing: install 1.11 or newer');
  });
});

describe('without npx', () => {
  it.each(['build-lambda', 'new-key'])('%s says what to install', async (recipe) => {
    await remove('npx');

    expect(await refusalOf(recipe)).toContain('node with npx is missing: install Node.js');
  });
});

describe('without an AWS profile', () => {
  it('bootstrap names the admin’s', async () => {
    await put('../config', '');

    expect(await refusalOf('bootstrap')).toContain(
      'The AWS profile admin is missing: run `aws configure --profile admin`',
    );
  });

  it('everything else names the deployment user’s', async () => {
    await connect('dev');
    await build();
    await put('../config', '[profile admin]\n[profile llm-tracer-of-somebody-else]\n');

    for (const recipe of ['init-dev', 'plan-dev', 'apply-dev', 'deploy-dev', 'output-dev', 'destroy-dev'])
      expect(await refusalOf(recipe)).toContain('The AWS profile llm-tracer is missing');
  });
});

describe('out of order', () => {
  it('setup asks for bootstrap', async () => {
    expect(await refusalOf('setup-dev')).toContain('backend_config.txt is missing: run `just bootstrap`');
  });

  it.each(['dev', 'prod'])('init of %s asks for its setup', async (environment) => {
    expect(await refusalOf(`init-${environment}`)).toContain(
      `environments/${environment} is not set up: run \`just setup-${environment}\``,
    );
  });

  it.each(['plan-dev', 'apply-dev', 'output-dev', 'destroy-dev'])('%s asks for init', async (recipe) => {
    await setUp('dev');

    expect(await refusalOf(recipe)).toContain('environments/dev is not connected to its state: run `just init-dev`');
  });

  it.each(['plan-prod', 'apply-prod'])('%s asks for a package', async (recipe) => {
    await connect('prod');

    expect(await refusalOf(recipe)).toContain('server/dist/lambda.zip is missing: run `just build-lambda`');
  });

  it('an old backend_config.txt is named with what it lacks', async () => {
    await put('backend_config.txt', 'aws_region = "eu-central-1"\n');

    const { exitCode, output } = await run(join(root, 'infrastructure/scripts/write-settings.sh'), ['dev'], {
      cwd: root,
      env,
    });

    expect(exitCode).not.toBe(0);
    expect(output).toContain('backend_config.txt has no account_id: run `just bootstrap` again.');
  });
});

describe('destroy-prod', () => {
  it('does nothing without a yes', async () => {
    await connect('prod');
    await build();

    expect(await refusalOf('destroy-prod')).not.toContain('terraform destroy');
  });

  it('says how to lift the protection', async () => {
    await connect('prod');
    await build();

    expect(await refusalOf('--yes', 'destroy-prod')).toContain('prod is protected. Set deletion_protection = false');
  });
});
