import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Listens on a free port of 127.0.0.1 and prints it, alone on a line, for the program that started this one. */
export async function listenAndPrintPort(app: FastifyInstance): Promise<void> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  console.log((app.server.address() as AddressInfo).port);
  process.once('SIGTERM', () => process.exit(0));
}
