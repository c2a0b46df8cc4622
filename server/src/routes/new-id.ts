import { randomBytes } from 'node:crypto';

/** A new id in W3C form, for a client that sent none. */
export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');
export const newScoreId = (): string => randomBytes(16).toString('hex');
