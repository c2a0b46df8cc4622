const dev = 'project-dev';
const reading = 'reading-secret';
const sending = 'sending-secret';
const other = 'other-secret';

/** The keys of the test server. `dev` is the one that a loopback server takes by default. */
export const keys = {
  dev,
  /** May only read, project `demo`. */
  reading,
  /** May only send, project `demo`. */
  sending,
  /** Project `other`. */
  other,
  configuration: `${dev},demo:${reading}:read,demo:${sending}:ingest,other:${other}`,
} as const;
