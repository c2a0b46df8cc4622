import type { ScoreRecord, SpanRecord, StatsAnswer, TraceAnswer, TraceRecord } from 'llm-tracer/schema';
import { onTestFinished, type TestContext } from 'vitest';
import type {
  BatchOutcome,
  ListRequest,
  Store,
  StoreOptions,
  TraceFilter,
  TracePage,
} from '../../../src/stores/store.ts';
import { aBatch, type Encoding, noon, type Sending, seconds, traceId } from '../builders.ts';

/** How a store is tested: something that opens it. */
export interface StoreFactory {
  /** A fresh, empty place for one store to keep its data in. */
  create(): Promise<StorePlace>;
  /** What this kind of store cannot do, and why. What stands here is skipped with the reason; the default runs everything. */
  readonly cannot?: { readonly [Ability in StoreAbility]?: string };
  /** How many random histories, as a share of the standard number. */
  readonly histories?: number;
  /** Whether the rules are tried once more with batches that bring their bodies. The laws mix them in anyway. @default true */
  readonly hasBodiesVariant?: boolean;
}

/**
 * `reopen`: data outlives the store that wrote it. `scale`: thousands of spans in one trace are read in good time. `fill`: a
 * trace is filled with all the spans that it may have, in good time. `bodies`: it may keep the bodies that batches bring.
 */
export type StoreAbility = 'reopen' | 'scale' | 'fill' | 'bodies';

/** Where a store keeps its data. Stores opened here one after the other see the same data. */
export interface StorePlace {
  open(options: StoreOptions): Promise<Store>;
  /** Removes the data; the stores are closed by then. */
  remove(): Promise<void>;
}

/** A clock that stands still until it is moved. */
export class SettableClock {
  #micros: number;

  constructor(start: string = noon) {
    this.#micros = Date.parse(start) * 1000;
  }

  readonly now = (): number => this.#micros;

  advance(by: { days?: number; hours?: number; seconds?: number; micros?: number }): void {
    const whole = (by.days ?? 0) * seconds.day + (by.hours ?? 0) * seconds.hour + (by.seconds ?? 0);
    this.#micros += Math.round(whole * 1_000_000) + (by.micros ?? 0);
  }

  set(micros: number): void {
    this.#micros = micros;
  }
}

export interface WorldOptions {
  readonly retentionDays?: number;
  readonly retentionDaysOf?: (project: string) => number;
  readonly pricerOf?: StoreOptions['pricerOf'];
  readonly start?: string;
  /** Whether, and how compressed, batches bring the body that they were read from. */
  readonly bodies?: Encoding | undefined;
}

/** One store with its clock, and one project in it: what a test speaks to. */
export class World {
  readonly clock: SettableClock;
  readonly project: string = 'acme';
  readonly #place: StorePlace;
  readonly #bodies: Encoding | undefined;
  readonly #rules: Pick<StoreOptions, 'retentionDaysOf' | 'pricerOf'>;
  #retentionDays: number;
  #store: Store | undefined;

  private constructor(place: StorePlace, options: WorldOptions) {
    const { retentionDays = 90, retentionDaysOf, pricerOf, start = noon, bodies } = options;
    this.#place = place;
    this.clock = new SettableClock(start);
    this.#retentionDays = retentionDays;
    this.#rules = {
      ...(retentionDaysOf === undefined ? {} : { retentionDaysOf }),
      ...(pricerOf === undefined ? {} : { pricerOf }),
    };
    this.#bodies = bodies;
  }

  static async open(factory: StoreFactory, options: WorldOptions = {}): Promise<World> {
    const world = new World(await factory.create(), options);
    await world.#open();
    return world;
  }

  get store(): Store {
    if (this.#store === undefined) throw new Error('the store is closed');
    return this.#store;
  }

  get retentionDays(): number {
    return this.#retentionDays;
  }

  /** Closes the store and opens another on the same data. */
  async reopen({ retentionDays = this.#retentionDays }: { retentionDays?: number } = {}): Promise<void> {
    await this.#closeStore();
    this.#retentionDays = retentionDays;
    await this.#open();
  }

  async close(): Promise<void> {
    await this.#closeStore();
    await this.#place.remove();
  }

  send(sending: Sending, project = this.project): Promise<BatchOutcome> {
    return this.store.ingest(project, aBatch(sending, this.#bodies));
  }

  async trace(id = traceId(), project = this.project): Promise<TraceRecord> {
    return (await this.answer(id, project)).trace;
  }

  async spans(id = traceId(), project = this.project): Promise<SpanRecord[]> {
    return (await this.answer(id, project)).spans;
  }

  async scores(id = traceId(), project = this.project): Promise<ScoreRecord[]> {
    return (await this.answer(id, project)).scores;
  }

  async answer(id = traceId(), project = this.project): Promise<TraceAnswer> {
    const answer = await this.find(id, project);
    if (answer === undefined) throw new Error(`there is no trace ${id}`);
    return answer;
  }

  find(id = traceId(), project = this.project): Promise<TraceAnswer | undefined> {
    return this.store.readTrace(project, id, { payloads: true, limit: 5000 });
  }

  async span(id: string, project = this.project): Promise<SpanRecord> {
    const span = await this.store.readSpan(project, id);
    if (span === undefined) throw new Error(`there is no span ${id}`);
    return span;
  }

  stats(project = this.project): Promise<StatsAnswer> {
    return this.store.stats(project);
  }

  page(filter: TraceFilter, page: ListRequest, project = this.project): Promise<TracePage> {
    return this.store.listTraces(project, filter, page);
  }

  /** The ids of all traces that match, over pages. */
  async list(filter: TraceFilter = {}, project = this.project): Promise<string[]> {
    return (await this.listTraces(filter, project)).map((trace) => trace.trace_id);
  }

  async listTraces(filter: TraceFilter = {}, project = this.project, limit = 1000): Promise<TraceRecord[]> {
    const traces: TraceRecord[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.store.listTraces(project, filter, { limit, cursor });
      traces.push(...page.traces);
      if (page.nextCursor === null) return traces;
      cursor = page.nextCursor;
    }
  }

  async #open(): Promise<void> {
    this.#store = await this.#place.open({
      clock: this.clock.now,
      retentionDays: this.#retentionDays,
      ...this.#rules,
    });
  }

  async #closeStore(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }
}

/** What the parts of the suite are given. */
export interface Suite {
  /** A fresh world that is closed and removed when the test ends. */
  world(options?: WorldOptions): Promise<World>;
  /** Skips the test where the store has said that it cannot do this. */
  requires(ability: StoreAbility, context: TestContext): void;
  /** How the factory opens stores, for tests that keep one open over many histories. */
  readonly factory: StoreFactory;
}

export const suiteOf = (factory: StoreFactory, bodies?: Encoding): Suite => ({
  factory,
  async world(options) {
    const world = await World.open(factory, { bodies, ...options });
    onTestFinished(() => world.close());
    return world;
  },
  requires(ability, context) {
    const reason = factory.cannot?.[ability];
    if (reason !== undefined) context.skip(`cannot ${ability}: ${reason}`);
  },
});
