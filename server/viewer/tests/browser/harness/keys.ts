const dev = 'project-dev';
const reading = 'reading-secret';
const sending = 'sending-secret';
const other = 'other-secret';
const newcomer = 'newcomer-secret';

/** The keys of the test server. `dev` is the one that a loopback server takes by default. */
export const keys = {
  dev,
  /** May only read, project `demo`. */
  reading,
  /** May only send, project `demo`. */
  sending,
  /** Project `other`. */
  other,
  /** Project `newcomer`, to which a test sends its first trace. */
  newcomer,
  configuration: `${dev},demo:${reading}:read,demo:${sending}:ingest,other:${other},newcomer:${newcomer}`,
} as const;
