import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOperator, type Operator } from './support/account.ts';
import { makeClone } from './support/clone.ts';
import { type Result, run, succeeded } from './support/command.ts';
import { account, type Emulator, startEmulator } from './support/emulator.ts';
import { inOrder } from './support/in-order.ts';
import { everythingIn } from './support/left-behind.ts';
import { emulatorFolder, infrastructure } from './support/places.ts';
import { serveFunction } from './support/served-function.ts';

// A stranger's clone, an empty account, two users: from bootstrap to destroy, by the recipes of the justfile alone. dev and
// prod go through it side by side, since most of the time Terraform waits.

const names = (environment: string) => ({
  function: `llm-tracer-${account}-${environment}-api`,
  traces: `llm-tracer-${account}-${environment}-traces`,
  spans: `llm-tracer-${account}-${environment}-spans`,
  bucket: `llm-tracer-${account}-${environment}-payloads`,
});
const guidePolicy = join(infrastructure, 'policies/LLMTracerDeploymentPolicy.json');
const narrowPolicy = join(infrastructure, 'policies/LLMTracerDeploymentPolicyNarrow.json');

const role = `llm-tracer-${account}-lambda-role`;

let clone: Awaited<ReturnType<typeof makeClone>>;
let emulator: Emulator;
let operator: Operator;
let once: ReturnType<typeof startOnce>;
let dev: ReturnType<typeof startDev>;
let prod: ReturnType<typeof startProd>;

beforeAll(async () => {
  [clone, emulator] = await Promise.all([
    makeClone(),
    startEmulator({
      // `intruder` has the deployment user's rights: its refusals stay apart from what the deployment user asked for.
      policies: { deployer: guidePolicy, intruder: guidePolicy },
      roles: { 'fn-dev': role, 'fn-prod': role, thief: role },
    }),
  ]);
  operator = await anOperator(clone.folder, emulator, {
    admin: 'admin',
    'llm-tracer': 'deployer',
    intruder: 'intruder',
  });
  once = startOnce();
  dev = startDev();
  prod = startProd();
});

afterAll(async () => {
  // Whatever failed, no step may still run in the folder that is removed.
  await Promise.allSettled([...Object.values(once), ...Object.values(dev), ...Object.values(prod)]);
  await emulator?.stop();
  await clone?.remove();
});

function startOnce() {
  return inOrder({
    refusedBootstrap: async () => {
      const refused = await operator.run(
        'infrastructure',
        'env',
        'ADMIN_PROFILE=intruder',
        'just',
        'bootstrap',
        '-auto-approve',
      );
      const left = await everythingIn(emulator);
      return { refused, left };
    },
    bootstrapped: () => succeeded(operator.just('bootstrap', '-auto-approve')),
    setUpDev: () => succeeded(operator.just('setup-dev')),
    setUpProd: () => succeeded(operator.just('setup-prod')),
    // While Terraform waits for the buckets of dev and prod.
    tested: () => succeeded(operator.just('test')),
    bootstrappedAgain: () => succeeded(operator.just('bootstrap', '-auto-approve')),
    newKey: () => succeeded(operator.just('new-key', 'shop', 'ingest')),
  });
}

function startDev() {
  const { function: name } = names('dev');
  let served: Awaited<ReturnType<typeof serveFunction>>;
  return inOrder({
    deployed: async () => {
      await once.setUpProd;
      return succeeded(operator.just('deploy-dev', '-auto-approve'));
    },
    secondPlan: () => operator.just('plan-dev', '-detailed-exitcode'),
    outputs: () => succeeded(operator.just('output-dev')),
    configured: async () => {
      const { stdout } = await dev.outputs;
      const configuration = stdout.slice(stdout.lastIndexOf('# LLM Tracer, dev'));
      served = await serveFunction(emulator, name, 'fn-dev');
      // The emulator's Function URLs lead nowhere: what is served here stands in for it, all else is as printed.
      const environment = configuration.replace(/^TRACER_URL=.*$/m, `TRACER_URL=${served.url}`);
      await writeFile(join(clone.folder, '.env'), environment);
    },
    basicTest: () => operator.run('infrastructure', process.execPath, 'basic_deployment_test.ts'),
    deploymentTests: () =>
      operator.run(
        '.',
        'env',
        'AWS_ACCESS_KEY_ID=deployer',
        'AWS_SECRET_ACCESS_KEY=x',
        'npx',
        '-y',
        'pnpm@12',
        'test:deployment',
      ),
    examples: async () => {
      // What `pnpm example` runs.
      const example = (...args: string[]) =>
        operator.run('.', process.execPath, '--conditions=@llm-tracer/source', 'scripts/example.ts', ...args);
      const { stdout } = await succeeded(example());
      const results: Result[] = [];
      for (const name of stdout.match(/^\d\d-\S+$/gm) ?? []) results.push(await example(name));
      const answer = await fetch(`${served.url}api/stats`, { headers: { 'x-api-key': 'project-dev' } });
      const stats = (await answer.json()) as { total_traces: number };
      const errors = served.errors();
      await served.stop();
      return { results, stats, errors };
    },
    updated: async () => {
      await operator.edit('server/package.json', (text) => text.replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
      await succeeded(operator.just('build-lambda'));
      await operator.edit(
        'infrastructure/environments/dev/terraform.tfvars',
        (text) =>
          `${text}
          function           = { memory_mb = 1024, reserved_concurrency = 20 }
          server_environment = { LOG_LEVEL = "warn" }
          monthly_budget_usd = 25
                  alert_emails       = ["ops@example.com"]
        `,
      );
      const applied = await succeeded(operator.just('apply-dev', '-auto-approve'));
      const updated = await serveFunction(emulator, name, 'fn-dev');
      const health = await (await fetch(`${updated.url}health`)).json();
      await updated.stop();
      return { applied, health };
    },
    planAfterUpdate: () => operator.just('plan-dev', '-detailed-exitcode'),
    destroyed: () => destroyed(() => operator.just('destroy-dev', '-auto-approve')),
  });
}

/**
 * Destroys, in a second run where the first was told that something to delete is not there: on a busy machine the emulator
 * loses the answer to a deletion that it has carried out, and Terraform asks for it again.
 */
async function destroyed(destroy: () => Promise<Result>): Promise<Result> {
  const first = await destroy();
  const isGoneAlready = first.exitCode !== 0 && /Error: deleting .*NotFound/.test(first.output);
  return succeeded(isGoneAlready ? destroy() : Promise.resolve(first));
}

function startProd() {
  const { function: name, traces } = names('prod');
  return inOrder({
    deployed: async () => {
      await once.setUpProd;
      // Terraform does not wait for the other: each state has a lock of its own.
      return succeeded(operator.just('deploy-prod', '-auto-approve'));
    },
    secondPlan: () => operator.just('plan-prod', '-detailed-exitcode'),
    outputs: () => succeeded(operator.just('output-prod')),
    basicTest: async () => {
      const [key] = (await once.setUpProd).output.match(/llmt_\S+/) ?? [];
      const served = await serveFunction(emulator, name, 'fn-prod');
      const call = (key: string) => fetch(`${served.url}api/me`, { headers: { 'x-api-key': key } });
      const statuses = { ofTheKey: (await call(String(key))).status, ofAGuess: (await call('project-prod')).status };
      await served.stop();
      return statuses;
    },
    protections: async () => {
      const ask = (operation: string) =>
        emulator.ask('admin', 'dynamodb', `DynamoDB_20120810.${operation}`, { TableName: traces });
      return {
        table: (await ask('DescribeTable')).body['Table'] as Record<string, unknown>,
        backups: (await ask('DescribeContinuousBackups')).body['ContinuousBackupsDescription'] as Record<
          string,
          unknown
        >,
        alarms: (await everythingIn(emulator))['alarms'],
      };
    },
    destroyedWithoutAnswer: () => operator.just('destroy-prod', '-auto-approve'),
    destroyedWhileProtected: () => operator.justConfirmed('destroy-prod', '-auto-approve'),
    destroyedPastTheRecipe: () =>
      emulator.ask('deployer', 'dynamodb', 'DynamoDB_20120810.DeleteTable', { TableName: traces }),
    unprotected: async () => {
      await operator.edit(
        'infrastructure/environments/prod/terraform.tfvars',
        (text) => `${text}\ndeletion_protection = false\n`,
      );
      return succeeded(operator.just('apply-prod', '-auto-approve'));
    },
    destroyed: () => destroyed(() => operator.justConfirmed('destroy-prod', '-auto-approve')),
    connectedAgain: () => succeeded(operator.just('init-prod')),
  });
}

describe('bootstrap', () => {
  it('is refused to the deployment user before anything stands', async () => {
    const { refused, left } = await once.refusedBootstrap;

    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toContain('not authorized to perform: iam:CreateRole');
    expect(left).toEqual({ tables: [], logGroups: [], budgets: [], alarms: [], functions: [], buckets: [] });
  });

  it('writes what the environments need to backend_config.txt', async () => {
    await once.bootstrapped;

    const written = await operator.read('infrastructure/backend_config.txt');

    for (const line of [
      `s3_bucket_name = "llm-tracer-${account}-terraform-state"`,
      `dynamodb_table_name = "llm-tracer-${account}-terraform-locks"`,
      `lambda_role_arn = "arn:aws:iam::${account}:role/llm-tracer-${account}-lambda-role"`,
      `account_id = "${account}"`,
      `name_prefix = "llm-tracer-${account}"`,
      `alerts_topic_arn = "arn:aws:sns:eu-central-1:${account}:llm-tracer-${account}-alerts"`,
    ])
      expect(written.split('\n')).toContain(line);
  });

  it('changes nothing when it is run again', async () => {
    expect((await once.bootstrappedAgain).output).toContain('Resources: 0 added, 0 changed, 0 destroyed');
  });
});

describe('the role of the functions', () => {
  it.each([
    ['a whole table', 'Scan', { TableName: names('dev').traces }],
    ['the lock table', 'GetItem', { TableName: `llm-tracer-${account}-terraform-locks`, Key: { LockID: { S: 'x' } } }],
    ['a table with another name', 'GetItem', { TableName: 'customers', Key: { id: { S: 'x' } } }],
    ['the list of tables', 'ListTables', {}],
    ['a table’s settings', 'UpdateTable', { TableName: names('dev').traces, DeletionProtectionEnabled: false }],
  ])('does not reach %s', async (_title, operation, body) => {
    await once.bootstrapped;

    const { status } = await emulator.ask('thief', 'dynamodb', `DynamoDB_20120810.${operation}`, body);

    expect(status).toBe(403);
  });

  it('does not reach the state, other buckets, or other services', async () => {
    await once.bootstrapped;

    for (const [service, path] of [
      ['s3', `/llm-tracer-${account}-terraform-state/dev/terraform.tfstate`],
      ['s3', `/llm-tracer-${account}-terraform-state`],
      ['s3', '/somebodys-bucket/object'],
      ['lambda', '/2015-03-31/functions/'],
    ] as const)
      expect(await emulator.read('thief', service, path)).toMatchObject({ status: 403 });
  });
});

describe.each(['dev', 'prod'] as const)('%s', (environment) => {
  const lane = () => ({ dev, prod })[environment];

  it('is set up and deployed by the deployment user', async () => {
    expect((await lane().deployed).output).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/);
  });

  it('has nothing to change after that', async () => {
    const { exitCode, output } = await lane().secondPlan;

    expect(output).toContain('No changes');
    expect(exitCode).toBe(0);
  });

  it('prints every output of the guide, named by the convention', async () => {
    const { output } = await lane().outputs;
    const { traces, spans, function: name, bucket } = names(environment);

    expect(output).toMatch(/^api_url = "https:.*lambda-url.*"$/m);
    for (const line of [
      `traces_table_name = "${traces}"`,
      `spans_table_name = "${spans}"`,
      `lambda_function_name = "${name}"`,
      `payload_bucket_name = "${bucket}"`,
      `DYNAMODB_TRACES_TABLE=${traces}`,
      `DYNAMODB_SPANS_TABLE=${spans}`,
    ])
      expect(output.split('\n')).toContain(line);
  });

  it('leaves nothing when it is destroyed', async () => {
    await lane().destroyed;

    const left = Object.values(await everythingIn(emulator)).flat();

    expect(left.filter((name) => name.includes(`-${environment}-`))).toEqual([]);
  });
});

describe('dev, deployed, run as its Function URL with the rights of its role', () => {
  it('passes the four calls of basic_deployment_test.ts', async () => {
    const { exitCode, output } = await dev.basicTest;

    expect(exitCode, output).toBe(0);
    expect(output.match(/✓/g)).toHaveLength(4);
  });

  it('passes the deployment tests', async () => {
    const { exitCode, output } = await dev.deploymentTests;

    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/Tests\s+\d{2,} passed/);
  });

  it('takes what every example records', async () => {
    const { results, stats, errors } = await dev.examples;

    expect(results.length).toBeGreaterThanOrEqual(6);
    for (const { command, exitCode, output } of results) expect(exitCode, `${command}\n${output}`).toBe(0);
    expect(stats.total_traces).toBeGreaterThanOrEqual(results.length);
    expect(errors).toBe('');
  });

  it('asks for nothing that its role refuses', async () => {
    await Promise.all([dev.updated, prod.basicTest]);

    const calls = (await emulator.record()).filter(({ key }) => key === 'fn-dev' || key === 'fn-prod');

    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter(({ denied, status }) => denied === true || status === 403)).toEqual([]);
  });
});

describe('the rights of the role', () => {
  it('are all needed: each is used, but for those named here', async () => {
    await Promise.all([dev.examples, prod.basicTest]);
    const { body } = await emulator.form('iam', 'GetRolePolicy', {
      RoleName: role,
      PolicyName: 'store',
      Version: '2010-05-08',
    });
    const document = JSON.parse(decodeURIComponent(/<PolicyDocument>(.*?)<\/PolicyDocument>/s.exec(body)?.[1] ?? ''));
    const granted: string[] = document.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow').flatMap(
      ({ Action }: { Action: string[] }) => Action,
    );

    const used = new Set(
      (await emulator.record()).filter(({ key }) => key.startsWith('fn-')).map(({ action }) => action),
    );

    const unseen = [
      // Lambda itself writes logs.
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      // Sizes of tables are for /metrics, which nothing here may read.
      'dynamodb:DescribeTable',
      // Of paths that need an expiry or a lost race: the store's own tests go there.
      'dynamodb:ConditionCheckItem',
      'dynamodb:GetItem',
    ];
    expect(granted.filter((action) => !used.has(action) && !unseen.includes(action))).toEqual([]);
  });
});

describe('an update', () => {
  it('changes the function in place, code and settings', async () => {
    const { applied, health } = await dev.updated;

    expect(applied.output).toMatch(/Resources: 0 added, 2 changed, 0 destroyed/);
    expect(health).toMatchObject({ status: 'healthy', version: '99.0.0' });
  });

  it('leaves nothing to change', async () => {
    expect((await dev.planAfterUpdate).output).toContain('No changes');
  });
});

describe('prod', () => {
  it('takes the key that setup-prod printed, and no guess', async () => {
    expect(await prod.basicTest).toEqual({ ofTheKey: 200, ofAGuess: 401 });
  });

  it('holds the key by its hash alone', async () => {
    const [key] = (await once.setUpProd).output.match(/llmt_\S+/) ?? [];
    expect(key).toBeDefined();

    expect(await operator.read('infrastructure/environments/prod/terraform.tfvars')).not.toContain(key);
  });

  it('is recoverable, protected and watched', async () => {
    const { table, backups, alarms } = await prod.protections;

    expect(table['DeletionProtectionEnabled']).toBe(true);
    expect(backups).toMatchObject({ PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } });
    expect(alarms).toHaveLength(7);
  });

  it('is not destroyed without a yes', async () => {
    expect((await prod.destroyedWithoutAnswer).exitCode).not.toBe(0);
  });

  it('is not destroyed while it is protected, and the recipe says how to lift that', async () => {
    const { exitCode, output } = await prod.destroyedWhileProtected;

    expect(exitCode).not.toBe(0);
    expect(output).toContain('Set deletion_protection = false in environments/prod/terraform.tfvars');
  });

  it('is protected by AWS against whoever goes past the recipe', async () => {
    const { status, body } = await prod.destroyedPastTheRecipe;

    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(/DeletionProtectionEnabled/);
  });
});

describe('least privilege', () => {
  const report = (key: string, policy: string) =>
    run(
      process.env['PYTHON'] ?? 'python3',
      [
        join(emulatorFolder, 'iam_report.py'),
        emulator.recordFile,
        '--key',
        key,
        '--policy',
        policy,
        '--never',
        'iam:Create*',
      ],
      { cwd: infrastructure },
    );

  it.each([
    ['the guide’s policy', guidePolicy],
    ['the narrower policy', narrowPolicy],
  ])('the deployment user’s whole work is within %s, and creates nothing in IAM', async (_title, policy) => {
    await Promise.all([dev.destroyed, prod.connectedAgain]);

    const { exitCode, output } = await report('deployer', policy);

    expect(output).not.toContain('policy refuses');
    expect(exitCode, output).toBe(0);
  });

  it('the narrower policy keeps its hands off the state bucket', async () => {
    await once.bootstrapped;
    const policy = JSON.parse(await operator.read('infrastructure/policies/LLMTracerDeploymentPolicyNarrow.json'));
    const denied = policy.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');

    expect(denied.flatMap(({ Action }: { Action: string[] }) => Action)).toContain('s3:DeleteBucket');
  });
});

describe('recipes', () => {
  it('test checks format, validity and every folder', async () => {
    const { output } = await once.tested;

    for (const folder of [
      'bootstrap',
      ...['dynamodb', 'lambda', 'monitoring', 'payloads'].map((name) => `modules/${name}`),
      'environments/dev',
      'environments/prod',
    ])
      expect(output).toMatch(new RegExp(`^${folder}: Success! \\d+ passed, 0 failed\\.$`, 'm'));
  });

  it('new-key prints a key and the entry that lets it in', async () => {
    const { output } = await once.newKey;

    expect(output).toMatch(/llmt_\S{20,}/);
    expect(output).toMatch(/shop:sha256=[0-9a-f]{64}:ingest/);
  });

  it('clean removes Terraform’s files, and keeps the state of bootstrap and every setting', async () => {
    await Promise.all([dev.destroyed, prod.connectedAgain, once.newKey]);
    // What `clean` must not touch, as it was before.
    await cp(join(clone.folder, 'infrastructure'), join(clone.folder, 'before'), { recursive: true });

    await succeeded(operator.just('init-dev'));
    await succeeded(operator.just('clean'));

    const find = (...args: string[]) => operator.run('infrastructure', 'find', '.', ...args);
    expect((await find('-name', '.terraform', '-o', '-name', '.terraform-test')).output).toBe('');
    for (const file of [
      'bootstrap/terraform.tfstate',
      'backend_config.txt',
      'environments/dev/terraform.tfvars',
      'environments/prod/terraform.tfvars',
      'environments/dev/.terraform.lock.hcl',
    ])
      expect(await operator.read(`infrastructure/${file}`)).toBe(await operator.read(`before/${file}`));
  });

  it('were all run, against the emulator or before it', async () => {
    await Promise.all([dev.destroyed, prod.connectedAgain, once.newKey]);
    const { stdout } = await operator.run('infrastructure', 'just', '--summary');

    expect([...operator.ran].sort()).toEqual(stdout.trim().split(' ').sort());
  });
});
