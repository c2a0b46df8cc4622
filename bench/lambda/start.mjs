// One start of a function: loads the bundle, sends it one event, says when the answer was there.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [target, call] = process.argv.slice(2);

// A DynamoDB that has nothing and takes everything, at once.
const answers = { BatchGetItem: { Responses: {} }, Query: { Items: [], Count: 0 } };
const dynamodb = createServer((request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  request.resume().once('end', () => {
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answers[operation] ?? {}));
  });
});
if (call === 'write') {
  await new Promise((resolve) => dynamodb.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${dynamodb.address().port}`;
}

const now = new Date().toISOString();
const body = JSON.stringify({
  batch_id: 'b1',
  traces: [{ trace_id: 't1', name: 'answer', start_time: now, end_time: now }],
  spans: [
    {
      trace_id: 't1',
      span_id: 's1',
      name: 'chat',
      start_time: now,
      end_time: now,
      model: 'gpt-4o-mini',
      tokens_input: 9,
    },
  ],
});
const event = {
  version: '2.0',
  rawPath: call === 'write' ? '/api/ingest' : '/health',
  rawQueryString: '',
  headers: { host: 'localhost', 'content-type': 'application/json', 'x-api-key': 'secret-of-the-bench' },
  requestContext: {
    http: { method: call === 'write' ? 'POST' : 'GET', path: '/', sourceIp: '127.0.0.1' },
    requestId: 'r1',
  },
  ...(call === 'write' ? { body, isBase64Encoded: false } : {}),
};
const { handler } =
  target === 'empty'
    ? { handler: async () => ({ statusCode: 200, body: '' }) }
    : await import(pathToFileURL(target).href);
const answer = await handler(event, {});
const isStored = call === 'read' || JSON.parse(answer.body).accepted === 2;
if (answer.statusCode !== 200 || !isStored) {
  console.error(answer);
  process.exit(1);
}
console.log(performance.timeOrigin + performance.now());
process.exit(0);
