import type { OtlpSpan } from './request.ts';

/** Which spans a project does not want, as its settings say it: all that are given must hold. */
export interface NoisePattern {
  readonly name?: string | undefined;
  readonly scope?: string | undefined;
  readonly kind?: NoiseKind | undefined;
}

/** Sorts of spans that applications trace besides their model calls. */
export type NoiseKind = 'http' | 'database' | 'framework';

// What each sort is told by: the conventions' own attributes, or the library that made the span.
const attributesOf: Readonly<Record<NoiseKind, readonly string[]>> = {
  http: ['http.request.method', 'http.method', 'http.url', 'url.full', 'http.route', 'http.target'],
  database: ['db.system.name', 'db.system', 'db.statement', 'db.query.text', 'db.operation.name', 'db.operation'],
  framework: ['express.type', 'fastify.type', 'koa.type', 'next.span_type', 'nestjs.type', 'graphql.operation.type'],
};
const scopesOf: Readonly<Record<NoiseKind, RegExp>> = {
  http: /instrumentation[-.](https?|undici|fetch|xml-http-request|requests|urllib3?|httpx|aiohttp-client|aiohttp_client)$/,
  database:
    /instrumentation[-.](pg|pg-pool|mysql2?|mongodb|mongoose|redis|redis-4|ioredis|knex|memcached|cassandra-driver|tedious|sequelize|typeorm|sqlalchemy|psycopg2?|asyncpg|pymongo|sqlite3|elasticsearch)$|^prisma$/,
  framework:
    /instrumentation[-.](express|fastify|koa|hapi|connect|restify|router|nestjs-core|graphql|net|dns|fs|generic-pool|dataloader|lru-memoizer|fastapi|flask|django|starlette|asgi|wsgi)$|^(next\.js|@fastify\/otel)$/,
};

// Attributes of conventions for model calls: a span that has any is never noise of a sort, though it may be an HTTP call too.
const ofModelCalls = [
  'gen_ai.',
  'openinference.',
  'llm.',
  'traceloop.',
  'ai.',
  'langfuse.',
  'lmnr.',
  'langsmith.',
  'mcp.',
];

export type IsNoise = (span: OtlpSpan) => boolean;

/** Says of a span whether any of the patterns is met. */
export function noiseFilter(patterns: readonly NoisePattern[]): IsNoise {
  const tests = patterns.map(testOf);
  return (span) => tests.some((test) => test(span));
}

function testOf({ name, scope, kind }: NoisePattern): IsNoise {
  const [named, scoped] = [glob(name), glob(scope)];
  return (span) => named(span.name) && scoped(span.origin.scope.name) && (kind === undefined || isOfKind(kind, span));
}

/** `*` stands for any characters; without a pattern everything is met. */
function glob(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined) return () => true;
  const parts = pattern.split('*');
  return (text) => meets(text, parts);
}

/** Part after part, each at its first place: linear, whatever the pattern. */
function meets(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

function isOfKind(kind: NoiseKind, { attributes, origin }: OtlpSpan): boolean {
  if (ofModelCalls.some((prefix) => attributes.under(prefix).length > 0)) return false;
  return scopesOf[kind].test(origin.scope.name) || attributesOf[kind].some((key) => attributes.has(key));
}
