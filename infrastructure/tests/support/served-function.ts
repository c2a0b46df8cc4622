import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cleanEnvironment } from './command.ts';
import type { Emulator } from './emulator.ts';
import { emulatorFolder } from './places.ts';

/**
 * Runs a deployed function as its Function URL does: the package that Terraform uploaded, its handler, its environment,
 * answers streamed. Every call that it makes is signed by the access key id, and so judged by what that may do.
 */
export async function serveFunction(emulator: Emulator, name: string, key: string) {
  const program = join(emulatorFolder, 'lambda-local.mjs');
  const child = spawn(process.execPath, [program, 'serve', join(emulator.functions, name), '--mode', 'stream'], {
    env: {
      ...cleanEnvironment(),
      AWS_ENDPOINT_URL: emulator.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: 'x',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.split('\n', 1)[0] ?? ''));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it served:\n${said}`)));
  });
  return {
    url: `${url}/`,
    /** What it wrote to standard error so far: unhandled errors of the handler. */
    errors: () => said,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
