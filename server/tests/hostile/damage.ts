import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { Call } from './calls.ts';

/** One request as bytes and headers: what goes over the wire. */
export interface WireCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

type Damage = (call: WireCall) => WireCall;

const json = { 'content-type': 'application/json' };
export const asWire = ({ method, url, body }: Call): WireCall => ({
  method,
  url,
  headers: body === undefined ? {} : json,
  // Lone surrogates become what UTF-8 has for them; a damage below sends what is no UTF-8.
  body: body === undefined ? undefined : Buffer.from(body),
});

const withBody = (call: WireCall, body: Buffer, headers: Record<string, string> = {}): WireCall => ({
  ...call,
  method: call.method === 'GET' ? 'POST' : call.method,
  body,
  headers: { ...json, ...call.headers, ...headers },
});
const bodyOf = ({ body }: WireCall): Buffer => body ?? Buffer.from('{}');
const middle = (bytes: Buffer): number => Math.floor(bytes.length / 2);

const flip = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[at % copy.length] = (copy[at % copy.length] as number) ^ 0x5a;
  return copy;
};
const inserted = (bytes: Buffer, at: number, piece: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at % (bytes.length + 1)), piece, bytes.subarray(at % (bytes.length + 1))]);

const compressions = {
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
} as const;

/** What makes a request another than its client meant. Each is named, so that a failure says which it was. */
const damages: Readonly<Record<string, (at: number) => Damage>> = {
  'as it is': () => (call) => call,
  'a flipped byte': (at) => (call) => withBody(call, flip(bodyOf(call), at)),
  'a cut body': (at) => (call) => withBody(call, bodyOf(call).subarray(0, at % (bodyOf(call).length + 1))),
  'no UTF-8': (at) => (call) => withBody(call, inserted(bodyOf(call), at, Buffer.from([0xed, 0xa0, 0x80, 0xff]))),
  NUL: (at) => (call) => withBody(call, inserted(bodyOf(call), at, Buffer.from([0]))),
  'a body of arrays 10,000 deep': () => (call) => withBody(call, Buffer.from('['.repeat(10_000) + ']'.repeat(10_000))),
  'an input 10,000 deep': () => (call) =>
    withBody(call, Buffer.from(`{"name":"n","input":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`)),
  'duplicate keys': () => (call) =>
    withBody(call, Buffer.from(bodyOf(call).toString().replace('{', '{"name":1,"name":"n","trace_id":{},'))),
  'prototype keys': () => (call) =>
    withBody(
      call,
      Buffer.from(bodyOf(call).toString().replace('{', '{"__proto__":{"name":"n"},"constructor":{"prototype":1},')),
    ),
  'huge numbers': () => (call) =>
    withBody(call, Buffer.from(bodyOf(call).toString().replaceAll(/:\d+/g, ':1e999').replace('{', '{"rev":1e400,'))),
  'long digits': () => (call) =>
    withBody(
      call,
      Buffer.from(
        bodyOf(call)
          .toString()
          .replace('{', `{"input":${'9'.repeat(5_000)},`),
      ),
    ),
  gzip: () => (call) => withBody(call, compressions.gzip(bodyOf(call)), { 'content-encoding': 'gzip' }),
  zstd: () => (call) => withBody(call, compressions.zstd(bodyOf(call)), { 'content-encoding': 'zstd' }),
  'truncated gzip': () => (call) => {
    const packed = compressions.gzip(bodyOf(call));
    return withBody(call, packed.subarray(0, middle(packed)), { 'content-encoding': 'gzip' });
  },
  'truncated zstd': () => (call) => {
    const packed = compressions.zstd(bodyOf(call));
    return withBody(call, packed.subarray(0, middle(packed)), { 'content-encoding': 'zstd' });
  },
  'flipped gzip': (at) => (call) =>
    withBody(call, flip(compressions.gzip(bodyOf(call)), at), { 'content-encoding': 'gzip' }),
  'flipped zstd': (at) => (call) =>
    withBody(call, flip(compressions.zstd(bodyOf(call)), at), { 'content-encoding': 'zstd' }),
  'plain text that says it is gzip': () => (call) => withBody(call, bodyOf(call), { 'content-encoding': 'gzip' }),
  'gzip that says it is zstd': () => (call) =>
    withBody(call, compressions.gzip(bodyOf(call)), { 'content-encoding': 'zstd' }),
  'gzip that does not say so': () => (call) => withBody(call, compressions.gzip(bodyOf(call))),
  'a bomb': (at) => (call) =>
    withBody(call, bombs[at % bombs.length] as Buffer, { 'content-encoding': at % 2 === 0 ? 'zstd' : 'gzip' }),
  'another media type': (at) => (call) =>
    withBody(call, bodyOf(call), { 'content-type': mediaTypes[at % mediaTypes.length] as string }),
  'another method': (at) => (call) => ({ ...call, method: methods[at % methods.length] as string }),
  'a flood of headers': (at) => (call) => ({
    ...call,
    headers: {
      ...call.headers,
      ...Object.fromEntries(Array.from({ length: 200 + (at % 900) }, (_, n) => [`x-${n}`, 'y'])),
    },
  }),
  'a long header': (at) => (call) => ({
    ...call,
    headers: { ...call.headers, 'x-long': 'y'.repeat(4_000 + (at % 40) * 500) },
  }),
  'doubled slashes': () => (call) => ({ ...call, url: call.url.replaceAll('/', '//') }),
  'a path out of the tree': () => (call) => ({ ...call, url: `/..${call.url}/../../etc/passwd` }),
};

const bombs = [zstdCompressSync(Buffer.alloc(80 * 2 ** 20, ' ')), gzipSync(Buffer.alloc(80 * 2 ** 20, ' '))] as const;
const mediaTypes = [
  'text/plain',
  'application/xml',
  'application/x-protobuf',
  'multipart/form-data',
  '',
  'x/y;charset=\u00ff',
  'application/json; charset=utf-16',
];
const methods = ['PUT', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'DELETE', 'PATCH', 'POST', 'GET'];

// Bombs and floods cost the client more than the server; a few are enough.
const rare = new Set(['a bomb', 'a flood of headers', 'a body of arrays 10,000 deep', 'an input 10,000 deep']);

/** A damage with its name. */
export const aDamage: fc.Arbitrary<readonly [name: string, damage: Damage]> = fc
  .tuple(
    fc.oneof(
      { weight: 40, arbitrary: fc.constant('as it is') },
      { weight: 58, arbitrary: fc.constantFrom(...Object.keys(damages).filter((name) => !rare.has(name))) },
      { weight: 2, arbitrary: fc.constantFrom(...rare) },
    ),
    fc.nat({ max: 100_000 }),
  )
  .map(([name, at]) => [name, (damages[name] as (at: number) => Damage)(at)] as const);
