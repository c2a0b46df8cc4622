import { Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { type ChatMessage, type PairedCall, readArguments } from '../../../model/chat-messages.ts';
import { formatExact, shortId } from '../../../model/format.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { MessageText } from '../../text/message-text.tsx';
import styles from './message-list.module.css';

interface ToolCallCardProps {
  readonly pair: PairedCall;
  /** Which of several calls in parallel. */
  readonly number: number | undefined;
  readonly renderResult: (result: ChatMessage) => ReactNode;
}

const twelveLines = 264;

/** A call of a tool: what it was asked, and directly beneath what it answered. */
export function ToolCallCard({ pair: { call, result, pairedBy }, number, renderResult }: ToolCallCardProps) {
  const read = readArguments(call.input);
  return (
    <section className={styles.call} aria-label={`Call of ${call.name}`}>
      <header className={styles.head}>
        <Wrench size={14} strokeWidth={1.75} className={styles.callIcon} aria-hidden />
        <strong>
          {number !== undefined && `${number}. `}
          <PayloadText text={call.name} />
        </strong>
        {call.id !== undefined && (
          <code title={call.id}>
            <PayloadText text={shortId(call.id)} />
          </code>
        )}
        {pairedBy === 'order' && <span>paired by order</span>}
      </header>
      {'value' in read ? (
        <LazyJsonView value={read.value} label={`Arguments of ${call.name}`} mostHeight={twelveLines} />
      ) : (
        <>
          <p className={styles.warning}>Not valid JSON at character {formatExact(read.brokenAt)}</p>
          <MessageText text={read.text} />
        </>
      )}
      <p className={styles.arrow}>{result === undefined ? 'No result in this record' : 'Result'}</p>
      {result !== undefined && renderResult(result)}
    </section>
  );
}
