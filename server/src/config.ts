import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { type ApiKey, apiKeyForms, findApiKey, keyHash, parseApiKey } from './api-keys.ts';
import type { Pricer } from './domain/pricing.ts';
import { parsePricesFile, pricersOf } from './prices.ts';
import { type ProjectSettings, parseProjectSettings } from './project-settings.ts';

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, { error })),
    z.pipe(z.transform(Number), z.number().check(z.gte(least, { error }), z.lte(most, { error }))),
  );
};

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });

const yesOrNo = z.pipe(
  oneOf('true', 'false'),
  z.transform((text) => text === 'true'),
);

const list = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
);

const apiKeys = z.pipe(
  list,
  z.transform((entries, context): ApiKey[] =>
    entries.flatMap((entry, i) => {
      const key = parseApiKey(entry);
      if (key !== undefined) return key;
      context.issues.push({
        code: 'custom',
        input: undefined,
        message: `is a comma-separated list of ${apiKeyForms}; entry ${i + 1} is none of these`,
      });
      return [];
    }),
  ),
);

const metricsKey = z.pipe(
  z.string().check(
    z.regex(/^(sha256=[0-9a-fA-F]{64}|(?!sha256=)[!-~]{16,200})$/, {
      error: 'must be 16 to 200 printable ASCII characters, or sha256=HEX',
    }),
  ),
  z.transform((text) => keyHash(text)),
);

const megabytes = (count: number) => count * 2 ** 20;

/** Well above what SDKs of a team send (a batch a second each), well below what one client may be allowed to take from the others. */
const standardRateLimit = 6_000;

// A string of V8 has at most 2^29 - 24 characters, and a body is parsed as one.
const mostBytes = 500_000_000;

/** Every variable that configures the server, what it may be, what it defaults to and what it is for. */
export const Environment = z.object({
  HOST: z._default(z.string(), '127.0.0.1').check(z.describe('Address to listen on.')),
  PORT: z._default(wholeNumber(0, 65_535), 8001).check(z.describe('Port to listen on; 0 takes a free one.')),
  STORE: z._default(oneOf('sqlite', 'dynamodb'), 'sqlite').check(z.describe('Where traces are stored.')),
  DATA_DIR: z._default(z.string(), '.data').check(z.describe('Folder of the SQLite store; made where it is missing.')),
  DYNAMODB_TRACES_TABLE: z
    .optional(z.string())
    .check(z.describe('Table of traces (STORE=dynamodb), as Terraform names it.')),
  DYNAMODB_SPANS_TABLE: z
    .optional(z.string())
    .check(z.describe('Table of spans (STORE=dynamodb), as Terraform names it.')),
  PAYLOAD_BUCKET: z.optional(z.string()).check(z.describe('S3 bucket for large payloads (STORE=dynamodb).')),
  DYNAMODB_ENDPOINT_URL: z
    .optional(z.string().check(z.regex(/^https?:\/\/\S+$/, { error: 'must be the URL of an endpoint' })))
    .check(z.describe('Where DynamoDB is, when it is not that of AWS_REGION: an emulator, say.')),
  API_KEYS: z
    .optional(apiKeys)
    .check(z.describe(`Comma-separated keys: ${apiKeyForms}. On a loopback address it defaults to project-dev.`)),
  API_KEY_REQUIRED: z
    ._default(yesOrNo, true)
    .check(z.describe("false serves DEFAULT_PROJECT_KEY's project to requests without a key; on loopback only.")),
  DEFAULT_PROJECT_KEY: z
    ._default(z.string(), 'project-dev')
    .check(z.describe('Key whose project is served without a key where API_KEY_REQUIRED=false.')),
  ALLOW_PREDICTABLE_KEYS: z
    ._default(yesOrNo, false)
    .check(z.describe('true allows project-ID keys, and API_KEY_REQUIRED=false, on addresses that others can reach.')),
  RATE_LIMIT_RPM: z
    .optional(wholeNumber(0, 10_000_000))
    .check(
      z.describe(
        `Most requests a minute with one key; 0 is no limit. Default: no limit on a loopback address, else ${standardRateLimit}.`,
      ),
    ),
  METRICS_KEY: z
    .optional(metricsKey)
    .check(
      z.describe(
        'The bearer token for GET /metrics, or sha256=HEX of it. Without it, /metrics is open on a loopback address and closed elsewhere.',
      ),
    ),
  CORS_ORIGINS: z
    ._default(list, [])
    .check(z.describe('Comma-separated origins whose pages may call the API from a browser, or *. Default: none.')),
  RETENTION_DAYS: z._default(wholeNumber(1, 36_500), 90).check(z.describe('Days that a trace is kept.')),
  PROJECT_SETTINGS: z
    .optional(z.string())
    .check(z.describe('A JSON file of settings by project: retention_days, noise_filter, prices.')),
  PRICES_FILE: z
    .optional(z.string())
    .check(z.describe('A JSON file of prices that go before those the server brings.')),
  LOG_LEVEL: z
    ._default(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info')
    .check(z.describe('Least severity that is logged. Each request is logged from debug on.')),
  SEARCH_INDEX: z
    ._default(oneOf('off', 'names', 'heads', 'full'), 'heads')
    .check(
      z.describe(
        'What search (q) finds: names of traces and spans; heads: also errors and the first 500 characters of inputs and outputs; full: all of them; off: nothing.',
      ),
    ),
  SQLITE_SYNCHRONOUS: z
    ._default(oneOf('FULL', 'NORMAL'), 'FULL')
    .check(z.describe('FULL survives a power cut; NORMAL only the end of the process, and writes faster.')),
  MAX_BODY_BYTES: z
    ._default(wholeNumber(1024, mostBytes), megabytes(16))
    .check(z.describe('Largest body of a request as it is sent, compressed or not.')),
  MAX_DECOMPRESSED_BYTES: z
    ._default(wholeNumber(1024, mostBytes), megabytes(64))
    .check(z.describe('Largest body of a request after decompression.')),
  MAX_BATCH_ELEMENTS: z
    ._default(wholeNumber(1, 100_000), 1_000)
    .check(z.describe('Most traces, spans and scores together in a batch.')),
  MAX_PAYLOAD_BYTES: z
    ._default(wholeNumber(1024, mostBytes), megabytes(10))
    .check(z.describe('Largest field of a trace or span (an input, an output, metadata), as JSON in UTF-8.')),
  MAX_JSON_DEPTH: z
    ._default(wholeNumber(1, 1_000), 100)
    .check(z.describe('Deepest nesting of arrays and objects in a body.')),
});

/** The server's configuration, checked and whole. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** What STORE=dynamodb works with; undefined where the store is SQLite. */
  readonly dynamodb: DynamodbConfig | undefined;
  readonly dataDir: string;
  readonly keys: readonly ApiKey[];
  /** The project of requests without a key; undefined where each needs one. */
  readonly openProject: string | undefined;
  readonly corsOrigins: readonly string[];
  /** How long a project keeps its traces, where its settings do not say otherwise. */
  readonly retentionDays: number;
  /** How long this project keeps its traces. */
  readonly retentionDaysOf: (project: string) => number;
  readonly projects: ProjectSettings;
  /** What this project's calls cost. */
  readonly pricerOf: (project: string) => Pricer;
  /** Most requests a minute with one key; undefined is no limit. */
  readonly rateLimit: number | undefined;
  readonly metrics: MetricsAccess;
  readonly logLevel: string;
  readonly searchIndex: 'off' | 'names' | 'heads' | 'full';
  readonly sqliteSynchronous: 'FULL' | 'NORMAL';
  readonly limits: BodyLimits;
}

export interface DynamodbConfig {
  readonly tables: { readonly traces: string; readonly spans: string };
  readonly payloadBucket: string;
  readonly endpoint: string | undefined;
}

/** Who may read `GET /metrics`: everybody, who has the token of this SHA-256, or nobody. */
export type MetricsAccess = 'open' | 'closed' | { readonly keyHash: Buffer };

/** What a body may be at the most. Each is a variable of the same name. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
  readonly maxBatchElements: number;
  readonly maxPayloadBytes: number;
  readonly maxJsonDepth: number;
}

/** A variable is not what it may be. The message is one sentence for each, and holds no key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the server's variables, and the file that one of them names. An empty variable counts as absent.
 *
 * @throws ConfigError naming the variable and what it may be.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data: variables, error } = z.safeParse(Environment, given);
  if (!success) throw new ConfigError(error.issues.map((issue) => sentence(issue, given)).join('\n'));

  const keys = keysOf(variables);
  const projects = settingsIn('PROJECT_SETTINGS', variables, parseProjectSettings) ?? new Map();
  return Object.freeze({
    host: variables.HOST,
    port: variables.PORT,
    dynamodb: dynamodbOf(variables),
    dataDir: variables.DATA_DIR,
    keys: Object.freeze(keys),
    openProject: openProjectOf(variables, keys),
    corsOrigins: Object.freeze(variables.CORS_ORIGINS),
    retentionDays: variables.RETENTION_DAYS,
    retentionDaysOf: (project: string) => projects.get(project)?.retention_days ?? variables.RETENTION_DAYS,
    projects,
    pricerOf: pricersOf(settingsIn('PRICES_FILE', variables, parsePricesFile), projects),
    rateLimit: rateLimitOf(variables),
    metrics: metricsOf(variables),
    logLevel: variables.LOG_LEVEL,
    searchIndex: variables.SEARCH_INDEX,
    sqliteSynchronous: variables.SQLITE_SYNCHRONOUS,
    limits: Object.freeze({
      maxBodyBytes: variables.MAX_BODY_BYTES,
      maxDecompressedBytes: variables.MAX_DECOMPRESSED_BYTES,
      maxBatchElements: variables.MAX_BATCH_ELEMENTS,
      maxPayloadBytes: variables.MAX_PAYLOAD_BYTES,
      maxJsonDepth: variables.MAX_JSON_DEPTH,
    }),
  });
}

type Variables = z.infer<typeof Environment>;

function sentence(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0]);
  // What was given helps to find a typo, but a key must not reach a log.
  return name === 'API_KEYS' || name === 'METRICS_KEY'
    ? `${name} ${issue.message}.`
    : `${name} ${issue.message}, not ${JSON.stringify(given[name])}.`;
}

function keysOf({ HOST, API_KEYS, ALLOW_PREDICTABLE_KEYS }: Variables): ApiKey[] {
  const keys = API_KEYS ?? (isLoopback(HOST) ? [parseApiKey('project-dev') as ApiKey] : []);
  if (keys.length === 0)
    throw new ConfigError(`API_KEYS must be set where HOST (${HOST}) can be reached by others: ${apiKeyForms}.`);
  if (!isLoopback(HOST) && !ALLOW_PREDICTABLE_KEYS && keys.some((key) => key.isPredictable))
    throw new ConfigError(
      `API_KEYS has a project-ID key, which others can guess, and HOST (${HOST}) can be reached by others. ` +
        'Use ID:SECRET, or set ALLOW_PREDICTABLE_KEYS=true.',
    );
  const hashes = keys.map(({ hash }) => hash.toString('hex'));
  const repeated = hashes.findIndex((hash, i) => hashes.indexOf(hash) !== i);
  if (repeated !== -1) throw new ConfigError(`API_KEYS has the secret of entry ${repeated + 1} twice.`);
  return keys;
}

function dynamodbOf(variables: Variables): DynamodbConfig | undefined {
  if (variables.STORE !== 'dynamodb') return undefined;
  const named = (name: 'DYNAMODB_TRACES_TABLE' | 'DYNAMODB_SPANS_TABLE' | 'PAYLOAD_BUCKET'): string => {
    const value = variables[name];
    if (value === undefined) throw new ConfigError(`${name} must be set where STORE=dynamodb.`);
    return value;
  };
  return {
    tables: { traces: named('DYNAMODB_TRACES_TABLE'), spans: named('DYNAMODB_SPANS_TABLE') },
    payloadBucket: named('PAYLOAD_BUCKET'),
    endpoint: variables.DYNAMODB_ENDPOINT_URL,
  };
}

/** What stands in the file that a variable names, where it names one. */
function settingsIn<T>(
  variable: 'PROJECT_SETTINGS' | 'PRICES_FILE',
  { [variable]: path }: Variables,
  parse: (text: string) => T,
): T | undefined {
  if (path === undefined) return undefined;
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${variable} (${path}) cannot be used: ${(error as Error).message}.`);
  }
}

function rateLimitOf({ HOST, RATE_LIMIT_RPM }: Variables): number | undefined {
  const limit = RATE_LIMIT_RPM ?? (isLoopback(HOST) ? 0 : standardRateLimit);
  return limit === 0 ? undefined : limit;
}

function metricsOf({ HOST, METRICS_KEY }: Variables): MetricsAccess {
  if (METRICS_KEY !== undefined) return { keyHash: METRICS_KEY };
  return isLoopback(HOST) ? 'open' : 'closed';
}

function openProjectOf(variables: Variables, keys: readonly ApiKey[]): string | undefined {
  const { HOST, API_KEY_REQUIRED, DEFAULT_PROJECT_KEY, ALLOW_PREDICTABLE_KEYS } = variables;
  if (API_KEY_REQUIRED) return undefined;
  if (!isLoopback(HOST) && !ALLOW_PREDICTABLE_KEYS)
    throw new ConfigError(
      `API_KEY_REQUIRED=false lets everybody in, and HOST (${HOST}) can be reached by others. ` +
        'Listen on 127.0.0.1, or set ALLOW_PREDICTABLE_KEYS=true.',
    );
  const key = findApiKey(keys, DEFAULT_PROJECT_KEY) ?? parseApiKey(DEFAULT_PROJECT_KEY);
  if (key === undefined) throw new ConfigError('DEFAULT_PROJECT_KEY must be project-ID, or one of API_KEYS.');
  return key.project;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
