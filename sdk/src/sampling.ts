// 52 bits of the id: as many as a number holds exactly.
const digits = 13;
const range = 2 ** 52;

/**
 * Whether a trace is recorded, by its id alone: every process that knows the id decides alike, and of two rates the
 * lower one takes a part of what the higher one takes.
 *
 * The last digits count, as in OpenTelemetry's consistent probability sampling: W3C Trace Context level 2 makes those
 * the random ones. An id that is not hexadecimal is recorded.
 */
export const isSampled = (traceId: string, rate: number): boolean =>
  rate >= 1 || !(Number.parseInt(traceId.slice(-digits), 16) < (1 - rate) * range);
