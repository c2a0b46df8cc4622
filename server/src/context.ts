import type { Config } from './config.ts';
import type { Store } from './stores/store.ts';

/** What the app works with; each route and plugin is given it and reads no globals. */
export interface AppContext {
  readonly config: Config;
  readonly store: Store;
  /** Microseconds since 1970. */
  readonly clock: () => number;
}
