import { useQuery } from '@tanstack/react-query';
import type { SpanRecord } from 'llm-tracer/schema';
import { type ReactNode, useMemo } from 'react';
import { spanQuery } from '../../../api/queries.ts';
import { messagesOf } from '../../../model/chat-messages.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { conversationCalls, describeSteps, saidText, stepsOf } from '../../../model/turns.ts';
import { usePageSession } from '../../../session-context.ts';
import { Fold } from '../../parts/fold.tsx';
import { MessageList } from './message-list.tsx';
import styles from './tabs.module.css';
import { useSeen } from './use-seen.ts';

interface TranscriptAgentProps {
  readonly tree: SpanTree;
  readonly index: number;
  readonly span: SpanRecord;
  readonly children: ReactNode;
}

/** An agent that another one asked: what it was asked and what it answered, and what it did in between under one line. */
export function TranscriptAgent({ tree, index, span, children }: TranscriptAgentProps) {
  const [place, isSeen] = useSeen();
  const inner = useMemo(
    () => tree.spans.slice(index + 1, tree.subtreeEnds[index]).filter((each) => each !== undefined),
    [tree, index],
  );
  const { asks, answers } = useMemo(() => conversationCalls(inner), [inner]);
  const question = useSaid(isSeen, 'user', span, asks);
  const reply = useSaid(isSeen, 'assistant', span, answers);
  const said = useMemo(
    () =>
      messagesOf([
        ...(question === undefined ? [] : [{ role: 'user', content: question }]),
        ...(reply === undefined ? [] : [{ role: 'assistant', content: reply }]),
      ]) ?? [],
    [question, reply],
  );
  const [asked, answered] = [said.slice(0, question === undefined ? 0 : 1), said.slice(question === undefined ? 0 : 1)];
  return (
    <div ref={place} className={styles.call}>
      <MessageList messages={asked} />
      <Fold summary={describeSteps(stepsOf(inner))} className={styles.agent}>
        {children}
      </Fold>
      <MessageList messages={answered} />
    </div>
  );
}

/** The first question or the last answer of an agent: its own input or output, else those of its model calls. */
function useSaid(
  isSeen: boolean,
  role: 'user' | 'assistant',
  agent: SpanRecord,
  call: SpanRecord | undefined,
): string | undefined {
  const { key } = usePageSession();
  const textOf = (span: SpanRecord | undefined) =>
    saidText(role === 'user' ? span?.input_data : span?.output_data, role);
  const { data: own } = useQuery({ ...spanQuery(key, agent.span_id), enabled: isSeen });
  const ownText = textOf(own);
  const { data: other } = useQuery({
    ...spanQuery(key, call?.span_id ?? ''),
    enabled: isSeen && own !== undefined && ownText === undefined && call !== undefined,
  });
  return ownText ?? textOf(other);
}
