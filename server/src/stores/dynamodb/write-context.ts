import type { Pricer } from '../../domain/pricing.ts';
import type { Contents } from './contents.ts';
import type { Database } from './database.ts';
import type { Heads } from './heads.ts';
import type { Moment } from './moment.ts';
import type { Shards } from './sums.ts';
import type { Turns } from './turns.ts';

/** What the store works with. */
export interface WriteContext {
  readonly database: Database;
  readonly contents: Contents;
  readonly heads: Heads;
  readonly shards: Shards;
  readonly turns: Turns;
  readonly pricerOf: (project: string) => Pricer;
  /** Now, as a project's retention sees it. */
  readonly moment: (project: string) => Moment;
  /** How long a write is tried again before the caller is told to come back later. */
  readonly deadlineMs: number;
  /** Told of each trace that a commit has changed. */
  readonly changed: (project: string, traceId: string) => void;
}
