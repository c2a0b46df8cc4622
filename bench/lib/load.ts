import { Agent, request } from 'node:http';

/** Sends bodies over keep-alive connections, each its next as soon as its last is answered. Returns the seconds it took. */
export async function sendAll(
  url: string,
  bodies: readonly Buffer[],
  options: { readonly connections: number; readonly headers: Readonly<Record<string, string>> },
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++])
      await send(agent, url, body, options.headers);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: options.connections }, worker));
  agent.destroy();
  return (performance.now() - start) / 1000;
}

function send(agent: Agent, url: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { agent, method: 'POST', headers: { ...headers, 'content-length': body.length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`status ${answer.statusCode}: ${Buffer.concat(chunks).toString()}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
