// The floor: what no tracer can avoid (a context, ids, two clock readings, one JSON.stringify an operation, one POST for
// 500 of them) and nothing else. No bounds, no retries, no error handling: a physical limit, not an SDK.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import http from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { getTrace, work } from './workload.mjs';

const gzip = promisify(zlib.gzip);
const batchSpans = 500;
const batchBytes = 4 << 20;

/** `transport`: 'fetch' joins strings; 'buffer' writes each into a pooled Buffer and sends it with node:http. */
export function makeFloor({ compress = false, transport = 'fetch' } = {}) {
  const batcher = transport === 'buffer' ? bufferBatcher() : stringBatcher(compress);
  const context = new AsyncLocalStorage();
  const randomId = idPool();
  const now = () => performance.timeOrigin + performance.now();

  let isTimed = false;
  const flushSoon = () => {
    if (isTimed) return;
    isTimed = true;
    setTimeout(() => {
      isTimed = false;
      batcher.send();
    }, 1000).unref();
  };

  const span = (kind, content, fn) => {
    const parent = context.getStore();
    const record = {
      traceId: parent ? parent.traceId : randomId(16),
      spanId: randomId(8),
      parentId: parent?.spanId,
      name: content.name,
      kind,
      start: now(),
      end: 0,
      input: content.messages ?? content.input,
      output: undefined,
      model: content.model,
      provider: content.provider,
      usage: content.usage,
      cost: content.cost,
      userId: content.userId,
      sessionId: content.sessionId,
      metadata: content.metadata,
    };
    return context.run(record, async () => {
      const output = await fn();
      record.output = output;
      record.end = now();
      if (batcher.put(JSON.stringify(record)) >= batchSpans) batcher.send();
      else flushSoon();
      return output;
    });
  };
  const step = (kind, content) =>
    span(kind, content, async () => {
      await work();
      return content.output;
    });

  return {
    async init(url) {
      batcher.url = `${url}/floor`;
    },
    runTrace(index) {
      const { root, retrieval, tool, llms } = getTrace(index);
      return span('agent', root, async () => {
        await step('retrieval', retrieval);
        await step('tool', tool);
        for (const llm of llms) await step('llm', llm);
        return root.output;
      });
    },
    async flush() {
      batcher.send();
      while (batcher.inFlight.size > 0) await Promise.all(batcher.inFlight);
    },
    async shutdown() {
      await this.flush();
    },
  };
}

function idPool() {
  const pool = Buffer.alloc(4096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    return pool.hexSlice(used - bytes, used);
  };
}

const keep = (inFlight, sending) => {
  const settled = sending.catch(() => {}).finally(() => inFlight.delete(settled));
  inFlight.add(settled);
};

function stringBatcher(compress) {
  const headers = { 'content-type': 'application/json', ...(compress ? { 'content-encoding': 'gzip' } : {}) };
  let queue = [];
  const post = async (url, text) => {
    const body = compress ? await gzip(text, { level: 1 }) : text;
    const response = await fetch(url, { method: 'POST', body, headers });
    await response.arrayBuffer();
  };
  return {
    inFlight: new Set(),
    put: (json) => queue.push(json),
    send() {
      if (queue.length === 0) return;
      const text = `[${queue.join(',')}]`;
      queue = [];
      keep(this.inFlight, post(this.url, text));
    },
  };
}

function bufferBatcher() {
  const agent = new http.Agent({ keepAlive: true });
  const free = [];
  let chunk;
  let length = 0;
  let count = 0;
  const post = (url, body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', resolve);
      });
      request.on('error', reject);
      request.end(body);
    });
  return {
    inFlight: new Set(),
    put(json) {
      if (chunk !== undefined && length + json.length * 3 + 2 > batchBytes) this.send();
      if (chunk === undefined) {
        chunk = free.pop() ?? Buffer.allocUnsafe(batchBytes);
        chunk[0] = 0x5b; // [
        length = 1;
      }
      if (count > 0) chunk[length++] = 0x2c; // ,
      length += chunk.utf8Write(json, length);
      count += 1;
      return count;
    },
    send() {
      if (count === 0) return;
      const sent = chunk;
      sent[length++] = 0x5d; // ]
      const body = sent.subarray(0, length);
      chunk = undefined;
      count = 0;
      keep(
        this.inFlight,
        post(this.url, body).finally(() => free.push(sent)),
      );
    },
  };
}
