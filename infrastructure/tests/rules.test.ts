import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { infrastructure } from './support/places.ts';

// What holds of the Terraform files as text, beyond what `terraform test` can ask of a plan.

const read = (file: string) => readFileSync(join(infrastructure, file), 'utf8');
const terraformFiles = (folder: string) =>
  readdirSync(join(infrastructure, folder))
    .filter((file) => file.endsWith('.tf'))
    .map((file) => `${folder}/${file}`);
const folders = [
  'bootstrap',
  ...readdirSync(join(infrastructure, 'modules')).map((name) => `modules/${name}`),
  'environments/dev',
  'environments/prod',
];
const outputsOf = (folder: string) =>
  [...read(`${folder}/outputs.tf`).matchAll(/^output "(\w+)"/gm)].map(([, name]) => name);

describe('least privilege', () => {
  it('IAM and SNS are bootstrap’s alone: the deployment user can make neither', () => {
    const elsewhere = folders.filter((folder) => folder !== 'bootstrap').flatMap(terraformFiles);

    for (const file of elsewhere) expect(read(file), file).not.toMatch(/resource "aws_(iam|sns)_/);
  });

  it('the deployment policy is the guide’s, and grants no iam:Create', () => {
    const policy = JSON.parse(read('policies/LLMTracerDeploymentPolicy.json'));

    expect(policy.Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
      'CoreServicesAccess',
      'PassRoleOnly',
      'ViewIAMOnly',
    ]);
    const iam = policy.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action).filter(
      (action: string) => action.startsWith('iam:'),
    );
    expect(iam).toEqual(['iam:PassRole', 'iam:List*', 'iam:Get*']);
  });

  it('the narrower policy names this project’s resources only, but for two lists', () => {
    const policy = JSON.parse(read('policies/LLMTracerDeploymentPolicyNarrow.json'));
    const everywhere = policy.Statement.filter(({ Resource }: { Resource: string | string[] }) =>
      [Resource].flat().some((arn) => !arn.includes('llm-tracer-')),
    );

    expect(everywhere.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      'cloudwatch:DescribeAlarms',
      'logs:DescribeLogGroups',
    ]);
  });
});

describe('folders', () => {
  it.each(folders)('%s has its variables and outputs described', (folder) => {
    for (const file of [`${folder}/variables.tf`, `${folder}/outputs.tf`]) {
      const blocks = read(file)
        .split(/^(?=(?:variable|output) ")/m)
        .filter((block) => /^(variable|output) "/.test(block));
      for (const block of blocks)
        expect(block, `${file}: ${block.split('\n', 1)}`).toMatch(/^ {2}description = ".{10,}"$/m);
    }
  });

  it.each(['environments/dev', 'environments/prod'])('%s only composes modules', (folder) => {
    for (const file of terraformFiles(folder)) expect(read(file), file).not.toMatch(/^resource "/m);
  });

  it('dev and prod differ in what they are set to, not in what they are', () => {
    for (const file of ['versions.tf', 'outputs.tf'])
      expect(read(`environments/prod/${file}`)).toBe(read(`environments/dev/${file}`));
    const variables = (environment: string) =>
      [...read(`environments/${environment}/variables.tf`).matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
    expect(variables('prod')).toEqual(variables('dev'));
  });

  it.each([
    [
      'bootstrap',
      ['s3_bucket_name', 'dynamodb_table_name', 'lambda_role_arn', 'account_id', 'name_prefix', 'alerts_topic_arn'],
    ],
    ['modules/dynamodb', ['traces_table_name', 'traces_table_arn', 'spans_table_name', 'spans_table_arn']],
    ['modules/lambda', ['function_name', 'function_arn', 'function_url']],
    ['modules/payloads', ['payload_bucket_name']],
    ['environments/dev', ['api_url', 'traces_table_name', 'spans_table_name', 'lambda_function_name', 'configuration']],
  ])('%s has the outputs of the guide', (folder, outputs) => {
    expect(outputsOf(folder)).toEqual(expect.arrayContaining(outputs));
  });
});

describe('provider', () => {
  it.each(['bootstrap', 'environments/dev', 'environments/prod'])('%s locks it for every platform', (folder) => {
    const lock = read(`${folder}/.terraform.lock.hcl`);

    expect(lock).toContain('version     = "5.100.0"');
    // A lock made from a mirror has the hash of its own platform alone, and breaks every other one.
    expect(lock.match(/"zh:[0-9a-f]{64}"/g)).toHaveLength(15);
  });

  it('Terraform files carry nothing that exists for tests', () => {
    for (const file of folders.flatMap(terraformFiles))
      expect(read(file), file).not.toMatch(/endpoints? \{|skip_|localhost|127\.0\.0\.1|emulator|moto/);
  });
});
