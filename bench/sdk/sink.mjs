// A cheap server that takes any request, in a process of its own. It keeps raw bodies and decodes them when asked for
// statistics; only `POST /api/ingest` is decoded at once, since its answer counts what was accepted.
//
//   node sink.mjs [port]           prints {"port":N} once it listens
//   GET /__ctl?mode=ok|503|429|hang|reset|acklost|slow&for=MS&latency=MS&retryAfter=S
//                                  `for`: how long a fault lasts, then ok; 0 or absent: until told otherwise
//   GET /__reset                   forgets what was received
//   GET /__stats                   what was received
import http from 'node:http';
import { deliveryOf, inflate } from './lib/received.mjs';

let fault;
let received;
const setFault = (parameters) => {
  const lasts = Number(parameters.get('for') ?? 0);
  fault = {
    mode: parameters.get('mode') ?? 'ok',
    until: lasts > 0 ? Date.now() + lasts : Number.POSITIVE_INFINITY,
    latencyMs: Number(parameters.get('latency') ?? 0),
    retryAfterS: Number(parameters.get('retryAfter') ?? 2),
  };
};
const reset = () => {
  received = { bodies: [], requests: 0, refused: 0, wireBytes: 0, connections: 0, retryAfterUntil: 0 };
};
setFault(new URLSearchParams());
reset();

const sendJson = (response, value) => {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

// What clients ask for before they send, or want to read afterwards.
const langsmithInfo = {
  version: '0.13.0',
  batch_ingest_config: {
    use_multipart_endpoint: true,
    size_limit: 100,
    size_limit_bytes: 20_971_520,
    scale_up_qsize_trigger: 1000,
    scale_up_nthreads_limit: 16,
    scale_down_nempty_trigger: 4,
  },
  instance_flags: { gzip_body_enabled: true, zstd_compression_enabled: true },
};

function answer(path, kept, response) {
  if (path === '/api/ingest') {
    const { traces = [], spans = [], scores = [] } = JSON.parse(inflate(kept).toString());
    return sendJson(response, { accepted: traces.length + spans.length + scores.length, rejected: [] });
  }
  if (path.endsWith('/info')) return sendJson(response, langsmithInfo);
  sendJson(response, {});
}

function receive(request, path, body, response) {
  const mode = Date.now() < fault.until ? fault.mode : 'ok';
  received.requests += 1;
  if (mode !== 'ok' && mode !== 'slow') received.refused += 1;
  switch (mode) {
    case '503':
      return response.writeHead(503, { 'content-length': 0 }).end();
    case '429':
      received.retryAfterUntil = Date.now() + fault.retryAfterS * 1000;
      return response.writeHead(429, { 'retry-after': String(fault.retryAfterS), 'content-length': 0 }).end();
    case 'hang':
      return;
    case 'reset':
      return request.socket.resetAndDestroy();
  }
  const kept = { body, path, encoding: request.headers['content-encoding'] ?? 'identity' };
  received.wireBytes += body.length;
  if (body.length > 0) received.bodies.push(kept);
  // Kept, and the client cannot know.
  if (mode === 'acklost') return request.socket.resetAndDestroy();
  if (mode === 'slow') setTimeout(answer, fault.latencyMs, path, kept, response);
  else answer(path, kept, response);
}

function control({ pathname, searchParams }, response) {
  response.setHeader('connection', 'close');
  if (pathname === '/__ctl') setFault(searchParams);
  if (pathname === '/__reset') reset();
  if (pathname !== '/__stats') return sendJson(response, {});
  const { bodies, ...counts } = received;
  sendJson(response, { ...counts, bodies: bodies.length, ...deliveryOf(bodies) });
}

const server = http.createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
  const url = new URL(request.url, 'http://sink');
  if (url.pathname.startsWith('/__')) return control(url, response);
  const chunks = [];
  request.on('error', () => {});
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => receive(request, url.pathname, Buffer.concat(chunks), response));
});
server.on('connection', (socket) => {
  received.connections += 1;
  socket.on('error', () => {});
});
server.on('clientError', (_, socket) => socket.destroy());
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
// It must not outlive the bench, however that ends.
process.on('disconnect', () => process.exit(0));
