import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { pythonWithMoto } from '../../../infrastructure/tests/support/tools.ts';

/** A program that stands in for a part of AWS, on a port of this machine. */
export interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const root = new URL('../../../', import.meta.url).pathname;

/**
 * Amazon's DynamoDB Local, in memory. It is the nearest to DynamoDB there is, and needs Java 8 or later; without that the
 * suite fails and says so, for a suite that is skipped proves nothing.
 */
export async function startDynamodbLocal(): Promise<Emulator> {
  const simulator = createRequire(join(root, 'package.json')).resolve('amplify-dynamodb-simulator/package.json');
  const folder = join(dirname(simulator), 'emulator');
  const port = await freePort();
  const program = spawn(
    'java',
    [
      '-Xmx512m',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      ...['-inMemory', '-sharedDb', '-port', String(port)],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return started(program, port, 'DynamoDB Local needs Java 8 or later (apt-get install default-jre-headless)');
}

/** S3, as the emulator of infrastructure/ has it (moto). */
export async function startObjectStore(): Promise<Emulator> {
  const port = await freePort();
  const program = spawn(pythonWithMoto(), ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return started(program, port, "the S3 emulator needs Python with moto (pip install 'moto[server]==5.2.1')");
}

async function started(program: ChildProcess, port: number, needs: string): Promise<Emulator> {
  let said = '';
  let hasEnded = false;
  program.stderr?.on('data', (part: Buffer) => {
    said = (said + part.toString()).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => {
    program.once('error', (error) => {
      said += error.message;
      hasEnded = true;
      resolve();
    });
    program.once('exit', () => {
      hasEnded = true;
      resolve();
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await answers(endpoint))) {
    if (hasEnded || Date.now() > deadline) {
      program.kill();
      throw new Error(`${needs}\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    endpoint,
    async stop() {
      program.kill('SIGKILL');
      await ended;
    },
  };
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    () => true,
    () => false,
  );

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
