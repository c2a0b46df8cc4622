// What this suite needs beyond Node, made available before the tests or said to be missing. Nothing is skipped.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { infrastructure, root } from './places.ts';

/** Vitest calls it once, before all test files; what it sets in the environment reaches them. */
export default function setup(): void {
  // One download for all folders, and none where a mirror is at hand.
  Object.assign(process.env, { CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...providerSource() });
  requireTerraform();
  process.env['PYTHON'] = pythonWithMoto();
}

function requireTerraform(): void {
  const needed =
    'The infrastructure tests need terraform 1.11 or newer on the path: https://developer.hashicorp.com/terraform/install';
  let found: string;
  try {
    found = JSON.parse(execFileSync('terraform', ['version', '-json'], { encoding: 'utf8' })).terraform_version;
  } catch (cause) {
    throw new Error(`${needed}. There is none.`, { cause });
  }
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < 11)) throw new Error(`${needed}. Here it is ${found}.`);
}

/**
 * Where Terraform takes the AWS provider from: a mirror on this machine where there is one (`TERRAFORM_PROVIDER_MIRROR`, or
 * one of the usual folders), else the registry, with a cache that is kept between runs.
 */
function providerSource(): Record<string, string> {
  const configured = process.env['TF_CLI_CONFIG_FILE'];
  if (configured !== undefined && existsSync(configured)) return {};

  const mirror = findMirror();
  // Listed under both methods, a provider would be asked for on the network all the same.
  const lines =
    mirror === undefined
      ? [
          `plugin_cache_dir = ${JSON.stringify(cacheFolder('terraform-plugins'))}`,
          'plugin_cache_may_break_dependency_lock_file = true',
        ]
      : [
          'provider_installation {',
          `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ["hashicorp/aws"]\n  }`,
          '  direct {\n    exclude = ["hashicorp/aws"]\n  }',
          '}',
        ];
  const file = join(cacheFolder('terraform'), 'tests.tfrc');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}

function findMirror(): string | undefined {
  const given = process.env['TERRAFORM_PROVIDER_MIRROR'];
  const usual = [
    join(homedir(), '.terraform.d/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  const besideOpt = existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : [];
  return (given === undefined ? [...usual, ...besideOpt] : [given]).find((folder) =>
    existsSync(join(folder, 'registry.terraform.io/hashicorp/aws')),
  );
}

/** A Python that has moto: the one on the path, else one of our own. */
export function pythonWithMoto(): string {
  const requirements = join(infrastructure, 'tests/emulator/requirements.txt');
  const own = join(cacheFolder('emulator'), 'bin/python');
  for (const python of ['python3', own]) if (hasMoto(python)) return python;
  try {
    execFileSync('python3', ['-m', 'venv', join(own, '../..')], { stdio: 'pipe' });
    execFileSync(own, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error(
      'The infrastructure tests need Python 3 with moto, and it could not be installed: pip install -r infrastructure/tests/emulator/requirements.txt',
      { cause },
    );
  }
  return own;
}

function hasMoto(python: string): boolean {
  const check = "import flask, flask_cors, moto, sys; sys.exit(moto.__version__ != '5.2.1')";
  try {
    execFileSync(python, ['-c', check], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function cacheFolder(name: string): string {
  const base = existsSync(join(root, 'node_modules')) ? join(root, 'node_modules/.cache') : tmpdir();
  const folder = join(base, 'llm-tracer', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
