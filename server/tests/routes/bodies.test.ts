import { randomBytes } from 'node:crypto';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aSpan, startTestServer } from './test-server.ts';

const json = JSON.stringify({ spans: [aSpan()] });

describe('a body is answered with 400', () => {
  const zstd = zstdCompressSync(json);
  const gzip = gzipSync(json);

  it.each<[string, string, string | Buffer]>([
    ['is empty', 'identity', ''],
    ['is empty and says to be zstd', 'zstd', ''],
    ['is malformed JSON', 'identity', '{"spans": [,]}'],
    ['ends early', 'identity', json.slice(0, -1)],
    ['goes on after its end', 'identity', `${json}x`],
    ['is no UTF-8', 'identity', Buffer.from(`{"name": "\xe9"}`, 'latin1')],
    ['holds a surrogate in UTF-8', 'identity', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['is zstd that ends early', 'zstd', zstd.subarray(0, -5)],
    ['is zstd without its last block', 'zstd', zstdCompressSync(`${json}${' '.repeat(300_000)}`).subarray(0, -4)],
    ['is zstd with more behind it', 'zstd', Buffer.concat([zstd, zstd])],
    ['is gzip with noise behind it', 'gzip', Buffer.concat([gzip, randomBytes(20)])],
    ['is gzip that ends early', 'gzip', gzip.subarray(0, -9)],
    ['is gzip with a wrong checksum', 'gzip', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)])],
    ['is gzip but says to be zstd', 'zstd', gzip],
    ['is zstd but says to be gzip', 'gzip', zstd],
    ['is gzip but says nothing', 'identity', gzip],
    ['is plain but says to be gzip', 'gzip', json],
    ['is noise that says to be zstd', 'zstd', randomBytes(1000)],
    ['is compressed twice', 'gzip', gzipSync(gzip)],
  ])('that %s', async (_title, encoding, body) => {
    const server = await startTestServer();

    const reply = await server.post('/api/ingest', body, { headers: { 'content-encoding': encoding } });

    expect(reply.status).toBe(400);
    expect(reply.body.detail).toMatch(/^The (body|request) /);
  });

  it('that is malformed, with the place', async () => {
    const server = await startTestServer();

    expect((await server.post('/api/ingest', '{"spans": [1 2]}')).body.detail).toContain('position 13');
  });

  it('that is missing', async () => {
    const server = await startTestServer();

    expect((await server.call('POST', '/api/traces')).status).toBe(400);
  });
});

it('a body in several frames of zstd is stored', async () => {
  const server = await startTestServer();
  const frames = [json.slice(0, 20), '', json.slice(20), ''].map((part) => zstdCompressSync(part));

  const reply = await server.post('/api/ingest', Buffer.concat(frames), { headers: { 'content-encoding': 'zstd' } });

  expect(reply).toMatchObject({ status: 200, body: { accepted: 1 } });
});

describe('a body is answered with 415', () => {
  it.each(['deflate', 'br', 'compress', 'gzip, gzip', 'gzip, identity', '__proto__', 'constructor'])(
    'whose Content-Encoding is %s, naming what is supported',
    async (encoding) => {
      const server = await startTestServer();

      const reply = await server.post('/api/ingest', json, { headers: { 'content-encoding': encoding } });

      expect(reply.status).toBe(415);
      expect(reply.body.detail).toContain('zstd, gzip and identity');
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonp', 'nonsense', ''])(
    'whose Content-Type is "%s"',
    async (type) => {
      const server = await startTestServer();

      const reply = await server.post('/api/ingest', json, { headers: { 'content-type': type } });

      expect(reply.status).toBe(415);
    },
  );
});

it('takes JSON with a charset and in any case', async () => {
  const server = await startTestServer();

  const reply = await server.post('/api/ingest', json, {
    headers: { 'content-type': 'Application/JSON; charset=UTF-8' },
  });

  expect(reply.body).toEqual({ accepted: 1, rejected: [] });
});

describe('limits on a body', () => {
  it('refuse more than MAX_BODY_BYTES as sent, naming the limit', async () => {
    const server = await startTestServer({ env: { MAX_BODY_BYTES: '1024' } });
    const padded = (bytes: number) => `${json}${' '.repeat(bytes - json.length)}`;

    expect((await server.post('/api/ingest', padded(1024))).status).toBe(200);
    const over = await server.post('/api/ingest', padded(1025));

    expect(over.status).toBe(413);
    expect(over.body.detail).toContain('MAX_BODY_BYTES (1024)');
  });

  it.each([
    ['zstd', zstdCompressSync],
    ['gzip', gzipSync],
  ])('refuse more than MAX_DECOMPRESSED_BYTES out of %s, naming the limit', async (encoding, compress) => {
    const server = await startTestServer({ env: { MAX_DECOMPRESSED_BYTES: '2000' } });
    const send = (length: number) =>
      server.post('/api/ingest', compress(json.padEnd(length)), { headers: { 'content-encoding': encoding } });

    expect((await send(2000)).status).toBe(200);
    const over = await send(2001);

    expect(over.status).toBe(413);
    expect(over.body.detail).toContain('MAX_DECOMPRESSED_BYTES (2000)');
  });

  it('are counted over all frames of a body', async () => {
    const server = await startTestServer({ env: { MAX_DECOMPRESSED_BYTES: '2000' } });
    const send = (...lengths: number[]) =>
      server.post('/api/ingest', Buffer.concat(lengths.map((length) => zstdCompressSync(json.padEnd(length)))), {
        headers: { 'content-encoding': 'zstd' },
      });

    // Two texts of JSON are none, but that is not seen before they are unpacked.
    expect((await send(1000, 1000)).status).toBe(400);
    expect((await send(1000, 1001)).status).toBe(413);
    expect((await send(2000, 2000)).status).toBe(413);
  });

  it('refuse a bomb of 1 GB of zeros in gzip without unpacking it', async () => {
    const bomb = Buffer.concat(Array(64).fill(gzipSync(Buffer.alloc(2 ** 24))));

    await expectBombRefused(bomb, 'gzip');
  });

  it('refuse a bomb of 1 GB of zeros in zstd without unpacking it', async () => {
    const compressor = createZstdCompress();
    const compressed = compressor.toArray();
    const zeros = Buffer.alloc(2 ** 24);
    for (let i = 0; i < 64; i += 1)
      if (!compressor.write(zeros)) await new Promise((done) => compressor.once('drain', done));
    compressor.end();

    await expectBombRefused(Buffer.concat(await compressed), 'zstd');
  });

  const expectBombRefused = async (bomb: Buffer, encoding: string) => {
    const server = await startTestServer();
    const peak = watchMemory();

    const reply = await server.post('/api/ingest', bomb, { headers: { 'content-encoding': encoding } });

    expect(reply.status).toBe(413);
    // The limit of 64 MB, and as much again to work with; the whole would be 1024.
    expect(peak()).toBeLessThan(192);
  };

  it('refuse a zstd frame that claims a window of 128 MB', async () => {
    const server = await startTestServer();
    // Magic number, a descriptor that says "window follows", the window of 2^27, an empty last block.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3, 0x01, 0x00, 0x00]);

    const reply = await server.post('/api/ingest', frame, { headers: { 'content-encoding': 'zstd' } });

    expect(reply.status).toBe(400);
  });

  it('refuse JSON nested deeper than MAX_JSON_DEPTH, and say so', async () => {
    const server = await startTestServer();
    // The span, its list and the batch take three levels of the hundred.
    const nested = (depth: number) =>
      `{"spans":[${JSON.stringify(aSpan()).slice(0, -1)},"input_data":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;

    expect((await server.post('/api/ingest', nested(97))).body).toEqual({ accepted: 1, rejected: [] });
    const over = await server.post('/api/ingest', nested(98));

    expect(over.status).toBe(422);
    expect(over.body.detail).toContain('MAX_JSON_DEPTH (100)');
  });

  it('refuse ten million brackets without building what they say', async () => {
    const server = await startTestServer();

    expect((await server.post('/api/traces', '['.repeat(10_000_000))).status).toBe(422);
  });

  it('do not count brackets inside strings', async () => {
    const server = await startTestServer();
    const name = `\\"${'[{'.repeat(100)}\\`;

    expect((await server.post('/api/traces', { name, trace_id: 't1' })).status).toBe(200);
    expect((await server.get('/api/traces/t1')).body.trace.name).toBe(name);
  });

  it('refuse a number beyond a double in a single record, saying where it stands', async () => {
    const server = await startTestServer();

    const reply = await server.post('/api/traces', '{"name": "n", "input": {"a": 1e400}}');

    expect(reply.status).toBe(422);
    expect(reply.body.detail).toContain('input.a: ');
  });

  it('refuse a payload over MAX_PAYLOAD_BYTES in a single record, naming field and limit', async () => {
    const server = await startTestServer({ env: { MAX_PAYLOAD_BYTES: '1024' } });

    const reply = await server.post('/api/traces', { name: 'n', input: 'x'.repeat(1023) });

    expect(reply.status).toBe(413);
    expect(reply.body.detail).toContain('input: 1025 bytes of JSON are more than MAX_PAYLOAD_BYTES (1024)');
  });

  it('take a payload of 10 MB whole', async () => {
    const server = await startTestServer();
    const input = 'x'.repeat(10 * 2 ** 20 - 2);

    await server.post('/api/traces', { name: 'n', trace_id: 't1', input });

    expect((await server.get('/api/traces/t1')).body.trace.input).toBe(input);
  });

  it('hold for lists of small things before each is looked at', async () => {
    const server = await startTestServer();
    const many = `[${'1,'.repeat(4_000_000)}1]`;
    const peak = watchMemory();

    const reply = await server.post('/api/traces', `{"name":"n","tags":${many}}`);

    expect(reply.status).toBe(422);
    expect(reply.body.errors).toHaveLength(1);
    // 8 MB of text, and as many numbers; a fault for each would be a gigabyte.
    expect(peak()).toBeLessThan(300);
  });
});

it('answers no more faults than a person reads', async () => {
  const server = await startTestServer();

  const reply = await server.post('/api/traces', { name: 'n', tags: Array(50).fill(5) });

  expect(reply.status).toBe(422);
  expect(reply.body.errors).toHaveLength(20);
});

/** Megabytes by which memory has grown at its peak, looked at ever so often while others run. */
function watchMemory(): () => number {
  const start = process.memoryUsage.rss();
  let most = start;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    look();
    return (most - start) / 2 ** 20;
  };
}
