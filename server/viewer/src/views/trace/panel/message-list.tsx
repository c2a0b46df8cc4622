import { useMemo } from 'react';
import type { ChatMessage } from '../../../model/chat-messages.ts';
import { countOf } from '../../../model/format.ts';
import { pairToolCalls, type ShownMessage } from '../../../model/tool-calls.ts';
import { Fold } from '../../parts/fold.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './message-list.module.css';
import { type MessageContext, MessageView } from './message-view.tsx';

interface MessageListProps {
  readonly messages: readonly ChatMessage[];
  /** How many of them came with the call before this one. */
  readonly carriedOver?: number;
  readonly carriedFrom?: string | undefined;
  readonly context?: MessageContext;
}

const foldMiddleFrom = 12;

/** Messages from top to bottom, over the full width. */
export function MessageList({ messages, carriedOver = 0, carriedFrom = '', context = {} }: MessageListProps) {
  const shown = useMemo(() => pairToolCalls(messages), [messages]);
  const old = useMemo(() => new Set(messages.slice(0, carriedOver)), [messages, carriedOver]);
  const toView = (entry: ShownMessage, index: number) => <MessageView key={index} shown={entry} context={context} />;
  const carried = shown.filter(({ message }) => old.has(message));
  const fresh = shown.filter(({ message }) => !old.has(message));
  if (carried.length > 1)
    return (
      <>
        <Fold
          className={styles.folded}
          summary={
            <>
              {countOf(carriedOver, 'message')} carried over from <PayloadText text={carriedFrom} />
            </>
          }
        >
          {carried.map(toView)}
        </Fold>
        {fresh.length > 0 && <p className={styles.divider}>New in this call</p>}
        {fresh.map(toView)}
      </>
    );
  if (shown.length > foldMiddleFrom)
    return (
      <>
        {shown.slice(0, 3).map(toView)}
        <Fold className={styles.folded} summary={`${countOf(shown.length - 7, 'message')} in between`}>
          {shown.slice(3, -4).map(toView)}
        </Fold>
        {shown.slice(-4).map(toView)}
      </>
    );
  return <>{shown.map(toView)}</>;
}
