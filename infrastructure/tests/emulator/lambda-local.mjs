#!/usr/bin/env node
// Runs the built Lambda bundle on this machine, without AWS and without native modules.
//
//   node lambda-local.mjs serve BUNDLE [--handler handler] [--port 0] [--mode buffered|stream]
//       HTTP on loopback; each request becomes a Function URL event (payload 2.0).
//       Prints the URL. Point any HTTP test at it to test the bundle itself.
//   node lambda-local.mjs cold BUNDLE [--handler handler] [--path /health] [--runs 10] [--node PATH]
//       Starts a fresh process per run; milliseconds from process start to the first
//       response, as JSON. Compare on one idle machine only: runs are interleaved with
//       an empty handler, and `over_empty_ms` is the part that is yours.
//
// BUNDLE is the .js/.mjs file esbuild wrote, or a folder the AWS emulator keeps of a deployed
// function (--functions): then handler and environment are the deployed ones.
// Other environment variables pass through.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const STREAMED = Symbol('streamed');
const LIMIT = 6 * 1024 * 1024; // Lambda's request and response payload limit
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded))|\+(json|xml)\b/i;

export function toEvent({ method, url, headers, body, ip = '127.0.0.1' }) {
  const at = url.indexOf('?');
  const rawPath = at < 0 ? url : url.slice(0, at);
  const rawQueryString = at < 0 ? '' : url.slice(at + 1);
  const { cookie, ...rest } = headers;
  const flat = Object.fromEntries(
    Object.entries(rest).map(([k, v]) => [k.toLowerCase(), Array.isArray(v) ? v.join(',') : String(v)]),
  );
  const query = {};
  for (const [k, v] of new URLSearchParams(rawQueryString)) query[k] = k in query ? `${query[k]},${v}` : v;
  const plain = TEXT.test(flat['content-type'] ?? 'text/plain') && !flat['content-encoding'];
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: flat,
    ...(cookie ? { cookies: cookie.split(/;\s*/) } : {}),
    ...(rawQueryString ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: flat.host ?? 'localhost',
      domainPrefix: 'local',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: ip, userAgent: flat['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: +now,
    },
    ...(body?.length ? { body: body.toString(plain ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: Boolean(body?.length) && !plain,
  };
}

const context = () => ({
  awsRequestId: randomUUID(),
  functionName: 'local',
  functionVersion: '$LATEST',
  memoryLimitInMB: '512',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 15000,
});

async function load(bundle, name) {
  const deployed = path.join(bundle, 'config.json');
  if (existsSync(deployed)) {
    const { Handler, Environment } = JSON.parse(readFileSync(deployed, 'utf8'));
    Object.assign(process.env, Environment?.Variables);
    const [file, exported] = Handler.split(/\.(?=[^.]*$)/);
    const found = ['', '.js', '.mjs', '.cjs']
      .map((end) => path.join(bundle, 'code', file + end))
      .find((f) => path.extname(f) && existsSync(f));
    if (!found) throw new Error(`the deployed zip holds no file for handler ${Handler}`);
    return load(found, exported);
  }
  const module = await import(pathToFileURL(path.resolve(bundle)).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') throw new Error(`${bundle} exports no function "${name}"`);
  return handler;
}

/** The part of the request that fits: Lambda refuses a larger one before the function sees it. */
async function bodyOf(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= LIMIT) chunks.push(chunk);
  }
  return size > LIMIT ? undefined : Buffer.concat(chunks);
}

/** What the runtime of a function with invoke mode RESPONSE_STREAM has: the head comes with the stream, the body by pieces. */
function offerStreaming() {
  globalThis.awslambda = {
    streamifyResponse: (handler) => Object.assign(handler, { [STREAMED]: true }),
    HttpResponseStream: {
      from(stream, { statusCode = 200, headers = {}, cookies } = {}) {
        stream.begin(statusCode, { ...headers, ...(cookies ? { 'set-cookie': cookies } : {}) });
        return stream;
      },
    },
  };
}

function streamed(handler, event, res) {
  const stream = Object.assign(new PassThrough(), {
    setContentType(type) {
      stream.begin(200, { 'content-type': type });
    },
    begin(status, headers) {
      res.writeHead(status, headers);
      res.flushHeaders();
    },
  });
  return Promise.all([handler(event, stream, context()), pipeline(stream, res)]);
}

async function buffered(handler, event, res) {
  const out = await handler(event, context());
  // A result without statusCode is a 200 whose body is the JSON of the result.
  const r =
    out && typeof out === 'object' && 'statusCode' in out
      ? out
      : {
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          body: typeof out === 'string' ? out : JSON.stringify(out ?? null),
        };
  const body = Buffer.from(r.body ?? '', r.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > LIMIT) throw new Error('response larger than 6 MB');
  res.writeHead(r.statusCode, { ...r.headers, ...(r.cookies ? { 'set-cookie': r.cookies } : {}) }).end(body);
}

async function serve(bundle, { handler: name = 'handler', port = '0', mode = 'buffered' }) {
  if (mode === 'stream') offerStreaming();
  const handler = await load(bundle, name);
  if (mode === 'stream' && !handler[STREAMED]) throw new Error('the handler does not stream');
  const answer = mode === 'stream' ? streamed : buffered;
  const server = http.createServer(async (req, res) => {
    const body = await bodyOf(req);
    if (body === undefined) return void res.writeHead(413).end('{"Message":"Request Entity Too Large"}');
    const event = toEvent({
      method: req.method,
      url: req.url,
      headers: req.headers,
      body,
      ip: req.socket.remoteAddress,
    });
    try {
      await answer(handler, event, res);
    } catch (error) {
      // A client that went away is no error of the function.
      if (error?.code === 'ERR_STREAM_PREMATURE_CLOSE' && res.destroyed) return;
      // what a Function URL answers when the function throws
      console.error(error);
      if (res.headersSent) return void res.destroy();
      res.writeHead(502, { 'content-type': 'application/json' }).end('{"Message":"Internal Server Error"}');
    }
  });
  server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
}

function cold(bundle, { handler = 'handler', path: url = '/health', runs = '10', node = process.execPath }) {
  const self = fileURLToPath(import.meta.url);
  const time = (target) => {
    const start = performance.timeOrigin + performance.now();
    const child = spawnSync(node, ['--no-warnings', self, 'once', target, '--handler', handler, '--path', url], {
      encoding: 'utf8',
      env: { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', ...process.env },
    });
    if (child.status !== 0) throw new Error(child.stderr || `exit ${child.status}`);
    const { at, status } = JSON.parse(child.stdout.trim().split('\n').pop());
    if (!(status < 500)) throw new Error(`first response had status ${status}`);
    return at - start;
  };
  const mine = [],
    empty = [];
  for (let i = 0; i < Number(runs); i++) {
    mine.push(time(bundle));
    empty.push(time('empty'));
  }
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  console.log(
    JSON.stringify({
      runs: mine.length,
      first_response_ms: Math.round(median(mine)),
      min_ms: Math.round(Math.min(...mine)),
      empty_handler_ms: Math.round(median(empty)),
      over_empty_ms: Math.round(median(mine) - median(empty)),
    }),
  );
}

async function once(bundle, { handler: name = 'handler', path: url = '/health' }) {
  const handler = bundle === 'empty' ? async () => ({ statusCode: 200, body: '' }) : await load(bundle, name);
  const result = await handler(toEvent({ method: 'GET', url, headers: { host: 'localhost' } }), context());
  console.log(JSON.stringify({ at: performance.timeOrigin + performance.now(), status: result?.statusCode ?? 200 }));
  process.exit(0);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [command, bundle, ...rest] = process.argv.slice(2);
  const options = {};
  for (let i = 0; i + 1 < rest.length; i += 2) options[rest[i].replace(/^--/, '')] = rest[i + 1];
  const run = { serve, cold, once }[command];
  if (!run || !bundle) {
    console.error(
      'usage: lambda-local.mjs serve|cold BUNDLE [--handler NAME] [--port N] [--mode buffered|stream] [--path /health] [--runs N] [--node PATH]',
    );
    process.exit(2);
  }
  await run(bundle, options);
}
