import type { Span, Tracer } from '../../index.ts';
import { watchCall } from '../watch-call.ts';
import { type Response, ResponseAnswer } from './responses.ts';

// Far more than a process waits for at once.
const mostResponses = 1000;

const isOver = ({ status }: Response): boolean => status !== 'queued' && status !== 'in_progress';

/**
 * Responses that are made in the background: `create` answers before there is anything, and it is `retrieve` or `cancel`,
 * asked many times and perhaps by another process, that tell how it went. It is recorded when one of them first tells
 * that it is over: each answer counts once.
 */
export class BackgroundResponses {
  /** By id, the span of the call that began it; undefined once its end is recorded. */
  readonly #known = new Map<string, Span | undefined>();
  readonly #tracer: Tracer;
  readonly #provider: string;

  constructor(tracer: Tracer, provider: string) {
    this.#tracer = tracer;
    this.#provider = provider;
  }

  /** Takes note of what a call that is about to end has told of a response. */
  note(response: Response, span: Span | undefined): void {
    const { id, background } = response;
    if (!background || id === undefined) return;
    this.#known.delete(id);
    this.#known.set(id, isOver(response) ? undefined : span);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostResponses && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Watches a call that tells how a response goes on. */
  watch(result: unknown): unknown {
    const answer = new ResponseAnswer();
    return watchCall(result, {
      add: (value) => answer.add(value),
      // That it could not be asked says nothing of the response.
      fail() {},
      end: () => this.#record(answer),
    });
  }

  #record(answer: ResponseAnswer): void {
    const { response } = answer;
    const { id = '', background, model } = response;
    const begun = this.#known.get(id);
    if (!background || !isOver(response) || (begun === undefined && this.#known.has(id))) return;
    this.note(response, undefined);
    const span = this.#tracer.startSpan(`chat ${model}`, {
      kind: 'llm',
      provider: this.#provider,
      model,
      parent: begun,
      // A Date has no microseconds: rounded up, so that no child begins before its parent.
      startTime: begun && new Date(Math.floor(begun.startMicros / 1000) + 1),
    });
    answer.recordOn(span);
    span.end();
  }
}
