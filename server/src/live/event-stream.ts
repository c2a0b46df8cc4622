import { Readable } from 'node:stream';
import type { ChangeLog, Subscription } from './change-log.ts';

export interface EventStreamOptions {
  readonly log: ChangeLog;
  readonly project: string;
  /** Where the client left off, by its `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
  /** How often a stream without news says that it is alive. */
  readonly heartbeatMs: number;
  /** Changes within so long are told at once. */
  readonly gatherMs: number;
}

/**
 * What changes in a project, as server-sent events, for one client.
 *
 * It holds a position in the log and nothing else: a client that does not read costs no memory, and one that reads again
 * is told what changed meanwhile, or that it was too much (`event: missed`: list again).
 */
export class EventStream extends Readable {
  readonly #subscription: Subscription;
  readonly #gatherMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  #position: string;
  #gathering: NodeJS.Timeout | undefined;
  /** Whether the client takes more. */
  #isWanted = false;

  constructor({ log, project, lastEventId, heartbeatMs, gatherMs }: EventStreamOptions) {
    super({ highWaterMark: 16 * 1024 });
    this.#subscription = log.subscribe(project, () => this.#gather());
    this.#gatherMs = gatherMs;
    this.#position = lastEventId ?? this.#subscription.position();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
    // The first bytes at once: a client sees that it is connected, and has a position to come back to. One that came with a
    // position keeps that until it is told what it has missed.
    this.push(`retry: 2000\n${event('ready', lastEventId === undefined ? this.#position : undefined, {})}`);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#tell();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#gathering);
    this.#subscription.end();
    done(error);
  }

  /** Ends it for the client, which then comes back with its position. */
  end(): void {
    if (!this.destroyed) this.push(null);
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#tell();
    }, this.#gatherMs).unref();
  }

  #tell(): void {
    if (!this.#isWanted || this.#gathering !== undefined) return;
    const changes = this.#subscription.since(this.#position);
    if (changes.length === 0) return;
    this.#position = this.#subscription.position();
    const text =
      changes === 'too old'
        ? event('missed', this.#position, {})
        : event('traces', this.#position, { trace_ids: changes });
    this.#isWanted = this.push(text);
  }

  #beat(): void {
    if (this.#isWanted) this.#isWanted = this.push(': still here\n\n');
  }
}

const event = (name: string, id: string | undefined, data: object): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
