import type { Problem } from 'llm-tracer/schema';

/** What was asked when an answer went wrong. The key is not among it, so that a copied error never holds one. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly requestId: string | undefined;
}

/** An answer of the server that is no success. `message` is its `detail`: a sentence that a person can act on. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly asked: Asked;
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  readonly errors: Problem['errors'];

  constructor(
    { status, detail, errors }: Pick<Problem, 'status' | 'detail' | 'errors'>,
    asked: Asked,
    retryAfterMs?: number,
  ) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.asked = asked;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server cannot be reached: it is down, or this device is offline. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly asked: Asked;

  constructor(asked: Asked, cause: unknown) {
    super('The server cannot be reached.', { cause });
    this.asked = asked;
  }
}

/** What "Copy details" copies. */
export function detailsOf(error: unknown): string {
  if (error instanceof ApiProblem || error instanceof Unreachable) {
    const { method, path, requestId } = error.asked;
    const status = error instanceof ApiProblem ? error.status : 'no answer';
    return [`${method} ${path}`, `status: ${status}`, `request id: ${requestId ?? 'none'}`, error.message].join('\n');
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Whether another try may help: a fault of the network or of a server that is busy, not of what was asked. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ApiProblem) return error.status === 429 || error.status >= 500;
  return error instanceof Unreachable;
}
