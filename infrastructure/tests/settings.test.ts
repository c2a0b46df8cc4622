import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeClone } from './support/clone.ts';
import { run, succeeded } from './support/command.ts';

// What setup-* writes from what bootstrap left: scripts/write-settings.sh.

const backendConfig = (roles: string) => `account_id = "123456789012"
alerts_topic_arn = "arn:aws:sns:eu-west-1:123456789012:my-tracer-123456789012-alerts"
aws_region = "eu-west-1"
dynamodb_table_name = "my-tracer-123456789012-terraform-locks"
environment_lambda_role_arns = ${roles}
lambda_role_arn = "arn:aws:iam::123456789012:role/my-tracer-123456789012-lambda-role"
name_prefix = "my-tracer-123456789012"
s3_bucket_name = "my-tracer-123456789012-terraform-state"
`;
const shared = 'arn:aws:iam::123456789012:role/my-tracer-123456789012-lambda-role';
const ofDev = 'arn:aws:iam::123456789012:role/my-tracer-123456789012-dev-lambda-role';
const separateRoles = `{
  "dev" = "${ofDev}"
  "prod" = "arn:aws:iam::123456789012:role/my-tracer-123456789012-prod-lambda-role"
}`;

let folder: string;

beforeEach(async () => {
  const clone = await makeClone('infrastructure');
  onTestFinished(clone.remove);
  folder = join(clone.folder, 'infrastructure');
  await writeFile(join(folder, 'backend_config.txt'), backendConfig('{}'));
});

const write = (environment: string, env: Record<string, string> = {}) =>
  succeeded(run('scripts/write-settings.sh', [environment], { cwd: folder, env }));
const read = (file: string) => readFile(join(folder, file), 'utf8');

describe('backend.hcl', () => {
  it('names the state of its environment, and both locks', async () => {
    await write('dev');

    expect(await read('environments/dev/backend.hcl')).toBe(`bucket         = "my-tracer-123456789012-terraform-state"
key            = "dev/terraform.tfstate"
region         = "eu-west-1"
dynamodb_table = "my-tracer-123456789012-terraform-locks"
use_lockfile   = true
encrypt        = true
`);
  });
});

describe('terraform.tfvars', () => {
  it('takes name, region, role and topic from bootstrap', async () => {
    await write('dev');

    const written = await read('environments/dev/terraform.tfvars');

    for (const [name, value] of [
      ['project_name', 'my-tracer'],
      ['aws_region', 'eu-west-1'],
      ['lambda_role_arn', shared],
      ['alerts_topic_arn', 'arn:aws:sns:eu-west-1:123456789012:my-tracer-123456789012-alerts'],
    ])
      expect(written).toMatch(new RegExp(`^${name} += "${value}"$`, 'm'));
  });

  it('takes the environment’s own role where bootstrap made one', async () => {
    await writeFile(join(folder, 'backend_config.txt'), backendConfig(separateRoles));
    await write('dev');

    expect(await read('environments/dev/terraform.tfvars')).toMatch(new RegExp(`^lambda_role_arn += "${ofDev}"$`, 'm'));
  });

  it('is kept once it is there, and what bootstrap has changed is said', async () => {
    const own = `lambda_role_arn = "${shared}"\nmonthly_budget_usd = 7\n`;
    await writeFile(join(folder, 'environments/dev/terraform.tfvars'), own);
    expect((await write('dev')).output).toBe('');
    await writeFile(join(folder, 'backend_config.txt'), backendConfig(separateRoles));

    const { output } = await write('dev');

    expect(output).toContain(`environments/dev/terraform.tfvars is kept. bootstrap's role for dev is now ${ofDev}`);
    expect(await read('environments/dev/terraform.tfvars')).toBe(own);
  });

  it('of prod gets no key of its own where the environment has them, as in CI', async () => {
    const { output } = await write('prod', { TF_VAR_api_keys: '["shop:sha256=…"]' });

    expect(await read('environments/prod/terraform.tfvars')).not.toContain('api_keys');
    expect(output).not.toContain('llmt_');
  });
});
