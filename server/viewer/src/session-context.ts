import type { MeAnswer } from 'llm-tracer/schema';
import { createContext, useContext } from 'react';
import type { AcceptedKey } from './api/keys.ts';

/** Whose data a page shows, and with what right. */
export interface PageSession {
  readonly key: AcceptedKey;
  readonly project: string;
  /** What the server says about the key, once it has. */
  readonly me: MeAnswer | undefined;
}

export const SessionContext = createContext<PageSession | undefined>(undefined);

/** The session of the page; every page inside the frame has one. */
export function usePageSession(): PageSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('A page outside the frame has no session.');
  return session;
}
