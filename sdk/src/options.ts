import type { Clock } from './clock.ts';
import { TracerError } from './errors.ts';
import type { DropReason, Transport } from './export/transport.ts';
import type { Ids } from './ids.ts';
import type { Mask } from './masking.ts';
import type { TracerLogger } from './warnings.ts';

/** What a {@link Tracer} can be told. Every option has a default; most programs set none. */
export interface TracerOptions {
  /**
   * Address of the server. A path is kept, a trailing slash does not matter.
   *
   * Environment: `TRACER_URL`.
   * @default 'http://127.0.0.1:8001'
   */
  readonly url?: string | undefined;
  /**
   * Key of the project that records go to. Without one tracing is off, with one warning.
   *
   * Environment: `TRACER_API_KEY`, else `API_KEY`.
   */
  readonly apiKey?: string | undefined;
  /**
   * Name of the project, for the program's own use (`tracer.projectId`): the key alone decides where records go.
   *
   * Environment: `TRACER_PROJECT_ID`.
   */
  readonly projectId?: string | undefined;
  /**
   * Whether anything is recorded. `false` turns tracing off without a word.
   *
   * Environment: `TRACING_ENABLED` (`true`, `1`, `on`, `yes` or `false`, `0`, `off`, `no`).
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /**
   * Where the program runs, for example `production`; a filter in lists. 1 to 255 characters.
   *
   * Environment: `TRACER_ENVIRONMENT`.
   */
  readonly environment?: string | undefined;
  /**
   * Version of the program; a filter in lists. 1 to 255 characters.
   *
   * Environment: `TRACER_RELEASE`.
   */
  readonly release?: string | undefined;
  /** Name of the program, where several send to one project. 1 to 255 characters. */
  readonly serviceName?: string | undefined;
  /**
   * Says what the SDK does, and every warning instead of one a minute.
   *
   * Environment: `TRACER_DEBUG`.
   * @default false
   */
  readonly debug?: boolean | undefined;
  /**
   * The longest time that an ended record waits for others to travel with, in milliseconds.
   * @default 1000
   */
  readonly flushIntervalMs?: number | undefined;
  /**
   * Records a request; as many waiting ones are sent at once. The server's own limit is 1,000.
   * @default 900
   */
  readonly maxBatchRecords?: number | undefined;
  /**
   * Bytes of JSON a request, before compression. A single record that is larger travels alone.
   * @default 4194304
   */
  readonly maxBatchBytes?: number | undefined;
  /**
   * Records that wait at most. Beyond it the oldest are dropped and counted.
   * @default 100000
   */
  readonly maxQueueRecords?: number | undefined;
  /**
   * Bytes that wait at most, compressed where they are. Beyond it the oldest records are dropped and counted.
   * @default 134217728
   */
  readonly maxQueueBytes?: number | undefined;
  /**
   * Bytes of JSON of one captured value (an input, an output, metadata). What is larger is cut, and the record says so.
   * @default 8000000
   */
  readonly maxValueBytes?: number | undefined;
  /**
   * Bytes of JSON of one trace or span. Where its values are more together, the largest are cut, and the record says so.
   * @default 12000000
   */
  readonly maxRecordBytes?: number | undefined;
  /**
   * Bytes of an image, a recording or other binary data in a value, as base64, `data:` URL or typed array. What is
   * larger is recorded by type, size and SHA-256, and the record says so.
   * @default 65536
   */
  readonly maxMediaBytes?: number | undefined;
  /**
   * Whether inputs of traces and spans are recorded.
   * @default true
   */
  readonly captureInputs?: boolean | undefined;
  /**
   * Whether outputs of traces and spans are recorded.
   * @default true
   */
  readonly captureOutputs?: boolean | undefined;
  /**
   * Says what is recorded in the place of a value, before anything is queued. `llm-tracer/redact` has one for emails,
   * card numbers and keys.
   */
  readonly mask?: Mask | undefined;
  /**
   * The part of all traces that is recorded, 0 to 1. A trace is recorded with all its spans or not at all.
   * @default 1
   */
  readonly sampleRate?: number | undefined;
  /**
   * How long one request may take, in milliseconds.
   * @default 10000
   */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How long a process that ends by itself may be held to deliver what waits, in milliseconds. 0: not at all.
   * @default 2000
   */
  readonly exitTimeoutMs?: number | undefined;
  /**
   * How long a process that ends by `process.exit()`, an uncaught error or a signal may be held to deliver what waits, in
   * milliseconds. 0: not at all. With a `fetch` or `transport` of your own it is not held.
   * @default 1000
   */
  readonly drainTimeoutMs?: number | undefined;
  /**
   * Whether SIGTERM and SIGINT deliver what waits before they end the process, as they would have without it. Where the
   * program has handlers of its own these decide.
   * @default false
   */
  readonly flushOnSignals?: boolean | undefined;
  /**
   * Keeps ended records on disk until they are delivered: `true`, or a folder of your own. What a process could not
   * deliver, even one that was killed, the next one with this folder does. Node, Bun and Deno.
   * @default false
   */
  readonly spool?: boolean | string | undefined;
  /**
   * Bytes that the spool holds at most. Beyond it the oldest records that are no longer in memory are dropped and counted.
   * @default 268435456
   */
  readonly maxSpoolBytes?: number | undefined;
  /** Told each time that records are dropped: why, and how many. */
  readonly onDrop?: ((reason: DropReason, count: number) => void) | undefined;
  /**
   * Age at which a trace or span that is still open is announced as running, in milliseconds.
   * @default 5000
   */
  readonly runningAfterMs?: number | undefined;
  /**
   * Where warnings go.
   * @default console
   */
  readonly logger?: TracerLogger | undefined;
  /**
   * How requests are made.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Takes the place of HTTP: `llm-tracer/testing` has one that keeps records in memory. No key is needed then. */
  readonly transport?: Transport | undefined;
  /** Takes the place of the system's clock. */
  readonly clock?: Clock | undefined;
  /** Takes the place of random ids. */
  readonly ids?: Ids | undefined;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options after defaults, environment and checks. */
export interface ResolvedOptions {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly projectId: string | undefined;
  readonly enabled: boolean;
  readonly environment: string | undefined;
  readonly release: string | undefined;
  readonly serviceName: string | undefined;
  readonly debug: boolean;
  readonly flushIntervalMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly maxQueueRecords: number;
  readonly maxQueueBytes: number;
  readonly maxValueBytes: number;
  readonly maxRecordBytes: number;
  readonly maxMediaBytes: number;
  readonly captureInputs: boolean;
  readonly captureOutputs: boolean;
  readonly mask: Mask | undefined;
  readonly sampleRate: number;
  readonly requestTimeoutMs: number;
  readonly exitTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly flushOnSignals: boolean;
  readonly spool: boolean | string;
  readonly maxSpoolBytes: number;
  readonly onDrop: ((reason: DropReason, count: number) => void) | undefined;
  readonly runningAfterMs: number;
  readonly logger: TracerLogger;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly transport: Transport | undefined;
  readonly clock: Clock | undefined;
  readonly ids: Ids | undefined;
}

interface Reading {
  readonly value: unknown;
  /** What the person who set it calls it: the option or the variable. */
  readonly source: string;
}
type Read = (reading: Reading) => unknown;

const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
};

const refuse = (source: string, expected: string, value: unknown): never => {
  throw new TracerError('invalid_option', `${source} must be ${expected}, but is ${shown(value)}.`);
};

const url: Read = ({ value, source }) => {
  const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    return refuse(source, 'an http or https address, for example http://127.0.0.1:8001', value);
  }
  if (parsed.search !== '' || parsed.hash !== '') return refuse(source, 'an address without ? and #', value);
  return parsed.href.replace(/\/+$/, '');
};

// A header cannot carry anything else, and fetch would only say so at the first request.
const key: Read = ({ value, source }) =>
  typeof value === 'string' && /^[\x21-\x7e]{1,1000}$/.test(value)
    ? value
    : refuse(
        source,
        'a string of 1 to 1000 visible ASCII characters',
        typeof value === 'string' ? 'a string that is not' : value,
      );

const label: Read = ({ value, source }) =>
  typeof value === 'string' && value.length >= 1 && value.length <= 255
    ? value
    : refuse(source, 'a string of 1 to 255 characters', value);

const flag: Read = ({ value, source }) => {
  if (typeof value === 'boolean') return value;
  const isVariable = source === source.toUpperCase();
  if (isVariable && /^(true|1|on|yes)$/i.test(String(value))) return true;
  if (isVariable && /^(false|0|off|no)$/i.test(String(value))) return false;
  return refuse(source, 'true or false', value);
};

const whole =
  (least: number, greatest: number): Read =>
  ({ value, source }) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest
      ? value
      : refuse(source, `a whole number from ${least} to ${greatest}`, value);

const share: Read = ({ value, source }) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse(source, 'a number from 0 to 1', value);

const folder: Read = ({ value, source }) =>
  typeof value === 'boolean' || (typeof value === 'string' && value !== '')
    ? value
    : refuse(source, 'true, false or the path of a folder', value);

const having =
  (...methods: string[]): Read =>
  ({ value, source }) => {
    const holder = value as Record<string, unknown> | null;
    const complete =
      typeof holder === 'object' && holder !== null && methods.every((m) => typeof holder[m] === 'function');
    return complete ? value : refuse(source, `an object with the methods ${methods.join(' and ')}`, value);
  };

const callable: Read = ({ value, source }) =>
  typeof value === 'function' ? value : refuse(source, 'a function', value);

const longestTimerMs = 2 ** 31 - 1;

/** Each option: how it is read, which variables stand in for it, and what it is when nobody says. */
const optionTable: {
  readonly [Name in keyof Required<TracerOptions>]: {
    readonly read: Read;
    readonly variables?: readonly string[];
    readonly fallback?: ResolvedOptions[Name];
  };
} = {
  url: { read: url, variables: ['TRACER_URL'], fallback: 'http://127.0.0.1:8001' },
  apiKey: { read: key, variables: ['TRACER_API_KEY', 'API_KEY'] },
  projectId: { read: label, variables: ['TRACER_PROJECT_ID'] },
  enabled: { read: flag, variables: ['TRACING_ENABLED'], fallback: true },
  environment: { read: label, variables: ['TRACER_ENVIRONMENT'] },
  release: { read: label, variables: ['TRACER_RELEASE'] },
  serviceName: { read: label },
  debug: { read: flag, variables: ['TRACER_DEBUG'], fallback: false },
  flushIntervalMs: { read: whole(1, longestTimerMs), fallback: 1000 },
  maxBatchRecords: { read: whole(1, 1000), fallback: 900 },
  maxBatchBytes: { read: whole(1000, 32_000_000), fallback: 4 * 1024 * 1024 },
  maxQueueRecords: { read: whole(1, 10_000_000), fallback: 100_000 },
  maxQueueBytes: { read: whole(1000, 2 ** 40), fallback: 128 * 1024 * 1024 },
  maxValueBytes: { read: whole(100, 10_000_000), fallback: 8_000_000 },
  maxRecordBytes: { read: whole(1_000_000, 32_000_000), fallback: 12_000_000 },
  maxMediaBytes: { read: whole(1000, 10_000_000), fallback: 65_536 },
  captureInputs: { read: flag, fallback: true },
  captureOutputs: { read: flag, fallback: true },
  mask: { read: callable },
  sampleRate: { read: share, fallback: 1 },
  requestTimeoutMs: { read: whole(1, longestTimerMs), fallback: 10_000 },
  exitTimeoutMs: { read: whole(0, longestTimerMs), fallback: 2000 },
  drainTimeoutMs: { read: whole(0, longestTimerMs), fallback: 1000 },
  flushOnSignals: { read: flag, fallback: false },
  spool: { read: folder, fallback: false },
  maxSpoolBytes: { read: whole(1000, 2 ** 50), fallback: 256 * 1024 * 1024 },
  onDrop: { read: callable },
  runningAfterMs: { read: whole(1, longestTimerMs), fallback: 5000 },
  logger: { read: having('warn', 'debug'), fallback: console },
  fetch: { read: callable },
  transport: { read: having('send', 'close') },
  clock: { read: having('now', 'elapsed') },
  ids: { read: having('traceId', 'spanId') },
};

/** The environment of this process; empty where there is no process. */
export const processEnvironment = (): Environment => globalThis.process?.env ?? {};

/**
 * Options checked and completed. An option wins over its variable, an empty variable is an absent one.
 *
 * @throws TracerError `unknown_option` or `invalid_option`, naming the option or the variable.
 */
export function resolveOptions(options: TracerOptions, environment: Environment): ResolvedOptions {
  if (typeof options !== 'object' || options === null) refuse('The options', 'an object', options);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionTable, name));
  if (unknown !== undefined) {
    const known = Object.keys(optionTable).join(', ');
    throw new TracerError('unknown_option', `There is no option ${shown(unknown)}. The options are ${known}.`);
  }

  const resolved: Record<string, unknown> = {};
  for (const [name, { read, variables = [], fallback }] of Object.entries(optionTable)) {
    const given = options[name as keyof TracerOptions];
    const variable = given === undefined ? variables.find((candidate) => environment[candidate]) : undefined;
    if (given !== undefined) resolved[name] = read({ value: given, source: name });
    else if (variable !== undefined) resolved[name] = read({ value: environment[variable]?.trim(), source: variable });
    else resolved[name] = fallback;
  }
  return Object.freeze(resolved) as unknown as ResolvedOptions;
}
