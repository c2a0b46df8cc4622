import type { Body } from './export/block.ts';
import { nodeBuiltin } from './node-builtin.ts';

/** What one tracer still has to send when the process ends. */
export interface Remainder {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In the order in which they are sent. */
  readonly bodies: readonly Body[];
  /** Milliseconds that the process may be held for. */
  readonly timeoutMs: number;
}

// What the worker says of each body.
const delivered = 1;
const gaveUp = 2;

/**
 * The program of the worker, as text: no bundler has to find a file for it. Four requests at a time; a failed one is
 * repeated once, since a connection may break, but not where nobody listens.
 */
const program = `
const { workerData: { jobs, signals } } = require('node:worker_threads');
const flags = new Int32Array(signals);
const agents = {};
const finish = (index, result) => {
  Atomics.store(flags, index + 1, result);
  Atomics.add(flags, 0, 1);
  Atomics.notify(flags, 0);
};
const expand = (bytes, encoding) => {
  const zlib = require('node:zlib');
  return encoding === 'zstd' ? zlib.zstdDecompressSync(bytes) : zlib.gunzipSync(bytes);
};
const post = ({ url, headers, body, encoding, index }, again, done) => {
  const http = url.startsWith('https:') ? require('node:https') : require('node:http');
  const agent = (agents[url.slice(0, 5)] ??= new http.Agent({ keepAlive: true }));
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const failed = (isLost) => {
    if (again && !isLost) return setTimeout(post, 50, { url, headers, body, encoding, index }, false, done);
    done(${gaveUp});
  };
  const all = { ...headers, ...(encoding && { 'content-encoding': encoding }), 'content-length': bytes.length };
  const request = http.request(url, { method: 'POST', agent, headers: all }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('error', () => failed(false)).on('end', () => {
      const { statusCode } = response;
      if (statusCode === 200 && text.includes('"accepted"')) done(${delivered});
      else if (statusCode === 415 && encoding) post({ url, headers, body: expand(bytes, encoding), index }, again, done);
      else failed(statusCode < 500 && statusCode !== 429 && statusCode !== 408);
    });
  });
  request.on('error', ({ code }) => failed(code === 'ECONNREFUSED'));
  request.end(bytes);
};
const next = () => {
  const job = jobs.shift();
  if (job) post(job, true, (result) => { finish(job.index, result); next(); });
};
for (let lane = 0; lane < 4; lane += 1) next();
`;

/**
 * Sends what is left while the process is ending and nothing but synchronous code runs: in a worker thread, started now,
 * which this thread waits for, no longer than the longest bound. Answers for each remainder which of its bodies have
 * arrived.
 */
export function drain(remainders: readonly Remainder[]): readonly (readonly boolean[])[] {
  const jobs = remainders.flatMap(({ url, headers, bodies }) =>
    bodies.map(({ bytes, encoding }) => ({ url, headers, body: bytes, encoding })),
  );
  const flags = new Int32Array(new SharedArrayBuffer(4 * (jobs.length + 1)));
  const timeoutMs = Math.max(0, ...remainders.map((remainder) => remainder.timeoutMs));
  const threads = nodeBuiltin('node:worker_threads');
  if (jobs.length > 0 && timeoutMs > 0 && threads !== undefined) {
    const worker = new threads.Worker(program, {
      eval: true,
      workerData: { jobs: jobs.map((job, index) => ({ ...job, index })), signals: flags.buffer },
      // Loaders and hooks of the application have no business here, and take longer than all else.
      execArgv: [],
      env: { ...globalThis.process.env, NODE_OPTIONS: '' },
    });
    // It may fail to start, and has nobody to tell.
    worker.on('error', () => {});
    waitFor(flags, jobs.length, timeoutMs);
  }
  let index = 0;
  return remainders.map(({ bodies }) =>
    bodies.map(() => {
      index += 1;
      return Atomics.load(flags, index) === delivered;
    }),
  );
}

/** Until the first of the flags has counted to `count`, or the time is over. */
function waitFor(flags: Int32Array<SharedArrayBuffer>, count: number, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  for (let settled = 0; settled < count; settled = Atomics.load(flags, 0)) {
    const left = deadline - performance.now();
    if (left <= 0 || Atomics.wait(flags, 0, settled, left) === 'timed-out') return;
  }
}
