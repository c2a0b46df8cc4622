import { StoreUnavailable } from '../store.ts';

/** Somebody else changed what a commit was computed from: to be computed again. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
  /** Whether only two transactions met, and nothing has changed yet. */
  readonly isCollision: boolean;

  constructor(isCollision: boolean) {
    super('the item was changed by somebody else');
    this.isCollision = isCollision;
  }
}

export const isFailedCondition = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

/** What DynamoDB says of a transaction that it cancelled; undefined for any other error. */
export function conflictOf(error: unknown): Conflict | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'TransactionConflictException' || error.name === 'TransactionInProgressException')
    return new Conflict(true);
  if (error.name !== 'TransactionCanceledException') return undefined;
  const reasons = (error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  const codes = reasons.map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  if (codes.includes('ConditionalCheckFailed')) return new Conflict(false);
  if (codes.length > 0 && codes.every((code) => code === 'TransactionConflict')) return new Conflict(true);
  return undefined;
}

/** What is a fault in the request that we made: no later attempt would go better. */
const defects = new Set(['ValidationException', 'SerializationException', 'TypeError', 'RangeError', 'SyntaxError']);

/** Anything else that AWS, or the way to it, has against a call: it cannot be served now. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof Conflict) return error;
  if (!(error instanceof Error) || defects.has(error.name) || isDefectOfTransaction(error)) return error;
  return new StoreUnavailable(`AWS cannot serve this now: ${error.name}: ${error.message}`, { cause: error });
}

const isDefectOfTransaction = (error: Error): boolean =>
  ((error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? []).some(
    ({ Code }) => Code === 'ValidationError',
  );

/** Whether asking again soon may help: throttling, a lost connection, a fault on AWS' side. */
export function isTransient(error: unknown): boolean {
  const { cause } = error instanceof StoreUnavailable ? error : { cause: error };
  if (!(cause instanceof Error)) return false;
  const { $metadata, code } = cause as Error & { $metadata?: { httpStatusCode?: number }; code?: string };
  const status = $metadata?.httpStatusCode;
  return (
    (status !== undefined && status >= 500) ||
    code !== undefined ||
    /Throttl|ThroughputExceeded|LimitExceeded|TimeoutError|SlowDown|TransactionCanceled/.test(cause.name)
  );
}
