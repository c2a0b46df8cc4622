import { useQuery } from '@tanstack/react-query';
import type { SpanRecord } from 'llm-tracer/schema';
import { useMemo } from 'react';
import { spanQuery } from '../../../api/queries.ts';
import { carriedOver } from '../../../model/carried-over.ts';
import { type ChatMessage, messagesOf } from '../../../model/chat-messages.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { usePageSession } from '../../../session-context.ts';
import { MessageList } from './message-list.tsx';
import styles from './tabs.module.css';
import { useSeen } from './use-seen.ts';
import { useToolSpans } from './use-tool-spans.ts';

interface TranscriptCallProps {
  readonly tree: SpanTree;
  readonly index: number;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
  readonly span: SpanRecord;
  readonly before: SpanRecord | undefined;
  readonly after: SpanRecord | undefined;
}

/** What one model call brought that was new; its payload is fetched when it comes into view. */
export function TranscriptCall({ tree, index, nowMs, onSelect, span, before, after }: TranscriptCallProps) {
  const { key } = usePageSession();
  const [place, isSeen] = useSeen();
  const { data } = useQuery({ ...spanQuery(key, span.span_id), enabled: isSeen });
  const { data: earlier } = useQuery({
    ...spanQuery(key, before?.span_id ?? ''),
    enabled: isSeen && before !== undefined,
  });
  const { data: later } = useQuery({ ...spanQuery(key, after?.span_id ?? ''), enabled: isSeen && after !== undefined });
  const said = useMemo(() => data && newMessages(data, earlier, later), [data, earlier, later]);
  const toolSpans = useToolSpans({ tree, index, nowMs, onSelect }, said?.answer);
  return (
    <div ref={place} className={styles.call}>
      {said !== undefined && <MessageList messages={said.all} context={{ toolSpans }} />}
    </div>
  );
}

interface NewMessages {
  readonly all: readonly ChatMessage[];
  /** Those of them that the model said. */
  readonly answer: readonly ChatMessage[];
}

/** What a call brought that was not said before, with the results that the next call tells of its tool calls. */
function newMessages(span: SpanRecord, before: SpanRecord | undefined, after: SpanRecord | undefined): NewMessages {
  const input = messagesOf(span.input_data) ?? [];
  const answer = messagesOf(span.output_data) ?? [];
  const known = [...(messagesOf(before?.input_data) ?? []), ...(messagesOf(before?.output_data) ?? [])];
  const toldBefore = new Set(known.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)));
  const fresh = input
    .slice(carriedOver(known, input))
    .filter(({ toolCallId }) => toolCallId === undefined || !toldBefore.has(toolCallId));
  const asked = new Set(answer.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)));
  const results = (messagesOf(after?.input_data) ?? []).filter(
    ({ toolCallId }) => toolCallId !== undefined && asked.has(toolCallId),
  );
  return { all: [...fresh, ...answer, ...results], answer };
}
