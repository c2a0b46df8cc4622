import { textOf } from '../storable-text.ts';

/**
 * How the keys of items are spelt. Trace and span ids have no `#`, and projects are spelt without, so keys of different kinds or
 * projects never meet: a trace is `project#trace`, whatever a project keeps besides begins with `project##`.
 */
export const traceKey = (project: string, traceId: string): string => `${spelt(project)}#${traceId}`;

/** API keys name projects by letters and digits; any other name is spelt by its bytes. */
const spelt = (project: string): string =>
  /^[A-Za-z0-9_-]+$/.test(project) ? project : `~${Buffer.from(JSON.stringify(project)).toString('hex')}`;

export const spanKey = (project: string, spanId: string): string => `${spelt(project)}#${spanId}`;

export const scoresKey = (project: string, traceId: string): string => `${spelt(project)}#${traceId}#scores`;

/** A page of a trace's ledger, or a payload of its record: written once under a random name. */
export const partKey = (project: string, traceId: string, part: 'ledger' | 'payload', random: string): string =>
  `${spelt(project)}#${traceId}#${part}#${random}`;

export const rollupKey = (project: string, retentionDay: number, shard: number): string =>
  `${spelt(project)}##sums#${retentionDay}#${shard}`;

export const droppedKey = (project: string, instanceHash: string): string =>
  `${spelt(project)}##dropped#${instanceHash}`;

export const projectKey = (project: string): string => `${spelt(project)}##project`;

/** The project that a key of any kind belongs to. */
export const idOfKey = (key: string): string => key.slice(key.indexOf('#') + 1);

/** What `project-time-index` gathers, besides a project's traces. */
export const listOf = {
  traces: (project: string): string => spelt(project),
  /** Traces that only scores are known of. */
  stubs: (project: string): string => `${spelt(project)}#stubs`,
  sums: (project: string): string => `${spelt(project)}#sums`,
  dropped: (project: string): string => `${spelt(project)}#dropped`,
  /** All projects that have ever written. */
  projects: '#projects',
} as const;

/** Values of the session and user indexes. They may hold any text, so it is last. */
export const labelKey = (project: string, label: string): string => `${spelt(project)}#${textOf(label)}`;

/**
 * The range key of a trace in the indexes: its start, then its id, so that the order is that of a list; then the day that its
 * retention counts from, so that pruning need not read what has not expired.
 */
export const placeOf = (startTime: string, traceId: string, retentionDay: number): string =>
  `${startTime}#${traceId}#${retentionDay}`;

export interface Place {
  readonly startTime: string;
  readonly traceId: string;
  readonly retentionDay: number;
}

export function readPlace(place: string): Place {
  const [startTime = '', traceId = '', day = ''] = place.split('#');
  return { startTime, traceId, retentionDay: Number(day) };
}

/** The object of a payload: named by its content, so that it is never overwritten with anything else. */
export const objectKey = (project: string, traceId: string, spanId: string | undefined, hash: string): string =>
  spanId === undefined ? `${spelt(project)}/${traceId}/${hash}` : `${spelt(project)}/${traceId}/${spanId}/${hash}`;

export const objectPrefix = (project: string, traceId: string): string => `${spelt(project)}/${traceId}/`;
