import { createHash } from 'node:crypto';
import { canonicalJson } from './json.ts';

/** Where a page ended, in the terms of the list's order. */
export type CursorPosition = readonly (string | number)[];

/**
 * An opaque cursor. It carries a digest of what it was made for (the project and the query), so that one of another project
 * or other filters is refused instead of answering nonsense. It is no secret: every read is scoped by the key's project.
 */
export const encodeCursor = (madeFor: unknown, position: CursorPosition): string =>
  Buffer.from(JSON.stringify([digest(madeFor), ...position])).toString('base64url');

/** The position in a cursor, or undefined for one that was not made for this. */
export function decodeCursor(madeFor: unknown, cursor: string): CursorPosition | undefined {
  try {
    const [made, ...position] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as CursorPosition;
    return made === digest(madeFor) ? position : undefined;
  } catch {
    return undefined;
  }
}

const digest = (madeFor: unknown): string =>
  createHash('sha256').update(canonicalJson(madeFor)).digest('base64url').slice(0, 12);
