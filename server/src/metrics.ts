import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from './stores/store.ts';

/** What the server counts of itself. Each app has its own: two in one process do not share numbers. */
export class Metrics {
  readonly #registry = new Registry();
  #hasProcessMetrics = false;
  readonly #requests = new Counter({
    name: 'llm_tracer_http_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  });
  readonly #requestSeconds = new Histogram({
    name: 'llm_tracer_http_request_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  });
  readonly #elements = new Counter({
    name: 'llm_tracer_ingest_elements_total',
    help: 'Elements of batches, by kind and by whether they were accepted.',
    labelNames: ['kind', 'outcome'],
    registers: [this.#registry],
  });
  readonly #storeSeconds = new Histogram({
    name: 'llm_tracer_store_seconds',
    help: 'Calls of the store; of a writing call with its wait in the queue and its commit.',
    labelNames: ['call'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.#registry],
  });
  readonly #callsUnderWay = new Gauge({
    name: 'llm_tracer_store_calls_under_way',
    help: 'Calls of the store that wait or run.',
    registers: [this.#registry],
  });
  readonly #spans = new Gauge({
    name: 'llm_tracer_stored_spans',
    help: 'Finished spans in the store, over all projects.',
    registers: [this.#registry],
  });
  readonly #bytes = new Gauge({
    name: 'llm_tracer_store_bytes',
    help: 'Size of the data on disk, logs included.',
    registers: [this.#registry],
  });

  countRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.inc({ method, route, status });
    this.#requestSeconds.observe({ method, route }, seconds);
  }

  countElements(kind: string, accepted: number, rejected: number): void {
    if (accepted > 0) this.#elements.inc({ kind, outcome: 'accepted' }, accepted);
    if (rejected > 0) this.#elements.inc({ kind, outcome: 'rejected' }, rejected);
  }

  beginStoreCall(call: string): () => void {
    const start = performance.now();
    this.#callsUnderWay.inc();
    return () => {
      this.#callsUnderWay.dec();
      this.#storeSeconds.observe({ call }, (performance.now() - start) / 1000);
    };
  }

  /** All of it in Prometheus' text format, with what is asked for only now. */
  async text(store: Store): Promise<string> {
    // From the first time on that somebody asks: watching the event loop and the heap costs a little, for ever.
    if (!this.#hasProcessMetrics) collectDefaultMetrics({ register: this.#registry });
    this.#hasProcessMetrics = true;
    const { spans, bytes } = await store.measure();
    this.#spans.set(spans);
    this.#bytes.set(bytes);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
