import type { CountsPoint, Status } from 'llm-tracer/schema';

/** How many traces there are, by their status. */
export class TraceTally {
  #all = 0;
  #running = 0;
  #failed = 0;

  add(status: Status, count = 1): void {
    this.#all += count;
    if (status === 'running') this.#running += count;
    if (status === 'error') this.#failed += count;
  }

  figures(): Omit<CountsPoint, 'bucket'> {
    return { trace_count: this.#all, trace_running_count: this.#running, trace_error_count: this.#failed };
  }
}
