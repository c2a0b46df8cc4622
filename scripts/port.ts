import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ends this process with advice if something already listens where the server would. */
export async function refuseTakenPort(environment: NodeJS.ProcessEnv): Promise<void> {
  const port = Number(environment['PORT'] || 8001);
  const probe = createServer().listen(port, environment['HOST'] || '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    console.error(`Port ${port} is taken. Stop what listens there, or choose another one: PORT=${port + 1} pnpm start`);
    process.exit(1);
  }
  probe.close();
  await once(probe, 'close');
}
