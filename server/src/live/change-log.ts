import { randomBytes } from 'node:crypto';
import type { Store } from '../stores/store.ts';

/** Changes since some moment: which traces, or that it is too long ago to say. */
export type Changes = readonly string[] | 'too old';

// What a client can have missed and still catch up with.
const mostRemembered = 2_000;
// How long a project that nobody watches is still followed, so that a client that comes back has missed nothing.
const lingerMs = 60_000;

/**
 * What has changed lately in one project, numbered. Followed while somebody subscribes, and a while longer.
 *
 * A position is `<log>.<number>`: it means nothing to the log of another process, or of another time.
 */
class ProjectLog {
  readonly #id = randomBytes(6).toString('hex');
  /** By trace, when it changed last; in that order. */
  readonly #changedAt = new Map<string, number>();
  readonly #subscribers = new Set<() => void>();
  #last = 0;
  /** Changes up to this one may have been forgotten. */
  #forgotten = 0;

  get position(): string {
    return `${this.#id}.${this.#last}`;
  }

  get isWatched(): boolean {
    return this.#subscribers.size > 0;
  }

  add(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      this.#last += 1;
      this.#changedAt.delete(traceId);
      this.#changedAt.set(traceId, this.#last);
    }
    while (this.#changedAt.size > mostRemembered) {
      const [oldest, number] = this.#changedAt.entries().next().value as [string, number];
      this.#changedAt.delete(oldest);
      this.#forgotten = number;
    }
    for (const notify of this.#subscribers) notify();
  }

  /** The traces that changed after a position, each once, the latest last. */
  since(position: string): Changes {
    const [id, number] = position.split('.');
    const from = id === this.#id && /^\d{1,15}$/.test(number ?? '') ? Number(number) : -1;
    if (from < this.#forgotten || from > this.#last) return 'too old';
    return [...this.#changedAt].filter(([, changedAt]) => changedAt > from).map(([traceId]) => traceId);
  }

  subscribe(notify: () => void): () => void {
    this.#subscribers.add(notify);
    return () => void this.#subscribers.delete(notify);
  }
}

export interface Subscription {
  /** Where the log stands now. */
  position(): string;
  since(position: string): Changes;
  end(): void;
}

/** The logs of all projects that somebody follows. */
export class ChangeLog {
  readonly #store: Pick<Store, 'watch'>;
  readonly #logs = new Map<string, { readonly log: ProjectLog; readonly unwatch: () => void }>();
  readonly #lingering = new Map<string, NodeJS.Timeout>();

  constructor(store: Pick<Store, 'watch'>) {
    this.#store = store;
  }

  subscribe(project: string, notify: () => void): Subscription {
    clearTimeout(this.#lingering.get(project));
    this.#lingering.delete(project);
    const { log } = this.#logs.get(project) ?? this.#follow(project);
    const unsubscribe = log.subscribe(notify);
    return {
      position: () => log.position,
      since: (position) => log.since(position),
      end: () => {
        unsubscribe();
        if (log.isWatched) return;
        clearTimeout(this.#lingering.get(project));
        this.#lingering.set(project, setTimeout(() => this.#forget(project), lingerMs).unref());
      },
    };
  }

  close(): void {
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    for (const project of [...this.#logs.keys()]) this.#forget(project);
  }

  #follow(project: string) {
    const log = new ProjectLog();
    const followed = { log, unwatch: this.#store.watch(project, (traceIds) => log.add(traceIds)) };
    this.#logs.set(project, followed);
    return followed;
  }

  #forget(project: string): void {
    this.#logs.get(project)?.unwatch();
    this.#logs.delete(project);
    this.#lingering.delete(project);
  }
}
