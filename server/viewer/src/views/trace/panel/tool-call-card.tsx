import { Wrench } from 'lucide-react';
import { readArguments } from '../../../model/call-arguments.ts';
import { formatExact, shortId } from '../../../model/format.ts';
import type { PairedCall } from '../../../model/tool-calls.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { Button } from '../../parts/button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { MessageText } from '../../text/message-text.tsx';
import styles from './message-list.module.css';
import { MessagePartView } from './message-part.tsx';

/** The span of a tool, as a call of it leads there. */
export interface LinkedSpan {
  /** How long it took: `402 ms`. */
  readonly duration: string;
  readonly isFailed: boolean;
  readonly onOpen: () => void;
}

interface ToolCallCardProps {
  readonly pair: PairedCall;
  /** Which of several calls in parallel. */
  readonly number: number | undefined;
  readonly span: LinkedSpan | undefined;
}

const twelveLines = 264;

/** A call of a tool: what it was asked, and directly beneath what it answered. */
export function ToolCallCard({ pair: { call, result, pairedBy }, number, span }: ToolCallCardProps) {
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
        {span !== undefined && (
          <Button look="quiet" className={styles.span} title="Open its span" onClick={span.onOpen}>
            {span.isFailed && <span className={styles.failed}>failed</span>} {span.duration}
          </Button>
        )}
      </header>
      {'value' in read ? (
        <LazyJsonView value={read.value} label={`Arguments of ${call.name}`} mostHeight={twelveLines} />
      ) : (
        <>
          <p className={styles.warning}>Not valid JSON at character {formatExact(read.brokenAt)}</p>
          <MessageText text={read.text} />
        </>
      )}
      <p className={styles.arrow}>
        {result === undefined ? 'No result in this record' : 'Result'}
        {result?.isFailed === true && <span className={styles.failed}> Failed</span>}
      </p>
      {result?.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message do not move.
        <MessagePartView key={index} part={part} isResult />
      ))}
    </section>
  );
}
