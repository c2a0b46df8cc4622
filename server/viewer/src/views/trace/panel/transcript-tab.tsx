import { useQuery } from '@tanstack/react-query';
import type { SpanRecord } from 'llm-tracer/schema';
import { useEffect, useMemo, useRef, useState } from 'react';
import { spanQuery } from '../../../api/queries.ts';
import type { TraceTree } from '../../../api/trace-tree.ts';
import { carriedOver } from '../../../model/carried-over.ts';
import { type ChatMessage, messagesOf } from '../../../model/chat-messages.ts';
import { formatExact, formatOffset } from '../../../model/format.ts';
import { durationText } from '../../../model/row-facts.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { usePageSession } from '../../../session-context.ts';
import { Button } from '../../parts/button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { SpanIcon } from '../../parts/span-icon.tsx';
import { StateMessage } from '../../parts/state-message.tsx';
import { MessageList } from './message-list.tsx';
import styles from './tabs.module.css';
import { useToolSpans } from './use-tool-spans.ts';

interface TranscriptTabProps {
  readonly data: TraceTree;
  readonly tree: SpanTree;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
}

const pageSize = 20;

/** The run as it was said: each model call with what it brought that was new, each tool with what became of it, in time order. */
export function TranscriptTab({ tree, nowMs, onSelect }: TranscriptTabProps) {
  const [shown, setShown] = useState(pageSize);
  const steps = useMemo(() => stepsOf(tree), [tree]);
  if (steps.length === 0) return <StateMessage title="No model call in this trace." />;
  return (
    <>
      {steps.slice(0, shown).map((index, at) => {
        const span = tree.spans[index] as SpanRecord;
        const isCall = (other: number) => tree.spans[other]?.span_type === 'llm';
        const before = steps.slice(0, at).findLast(isCall);
        const after = steps.slice(at + 1).find(isCall);
        return (
          <section key={span.span_id} className={styles.section}>
            <header className={styles.head}>
              <SpanIcon type={span.span_type} />
              <Button look="quiet" onClick={() => onSelect(index)}>
                <PayloadText text={span.name} />
              </Button>
              <span className={styles.muted}>
                {formatOffset(tree.starts[index] as number)} · {durationText(tree, index, nowMs)}
              </span>
              {span.error !== undefined && (
                <span className={styles.failed}>
                  <PayloadText text={span.error} />
                </span>
              )}
            </header>
            {span.span_type === 'llm' && (
              <Call
                tree={tree}
                index={index}
                nowMs={nowMs}
                onSelect={onSelect}
                span={span}
                before={before === undefined ? undefined : tree.spans[before]}
                after={after === undefined ? undefined : tree.spans[after]}
              />
            )}
          </section>
        );
      })}
      {steps.length > shown && (
        <Button onClick={() => setShown(shown + pageSize)}>
          Show {formatExact(Math.min(pageSize, steps.length - shown))} of {formatExact(steps.length - shown)} more
        </Button>
      )}
    </>
  );
}

const stepsOf = (tree: SpanTree): readonly number[] =>
  [...tree.inTime].filter((index) => {
    const type = tree.spans[index]?.span_type;
    return type === 'llm' || type === 'tool';
  });

interface CallProps {
  readonly tree: SpanTree;
  readonly index: number;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
  readonly span: SpanRecord;
  readonly before: SpanRecord | undefined;
  readonly after: SpanRecord | undefined;
}

/** One call; its payload is fetched when it comes into view. */
function Call({ tree, index, nowMs, onSelect, span, before, after }: CallProps) {
  const { key } = usePageSession();
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setIsSeen(true);
    });
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const { data } = useQuery({ ...spanQuery(key, span.span_id), enabled: isSeen });
  const { data: earlier } = useQuery({
    ...spanQuery(key, before?.span_id ?? ''),
    enabled: isSeen && before !== undefined,
  });
  const { data: later } = useQuery({ ...spanQuery(key, after?.span_id ?? ''), enabled: isSeen && after !== undefined });
  const messages = useMemo(() => data && newMessages(data, earlier, later), [data, earlier, later]);
  const toolSpans = useToolSpans({ tree, index, nowMs, onSelect }, messages);
  return (
    <div ref={place} className={styles.call}>
      {messages !== undefined && <MessageList messages={messages} context={{ toolSpans }} />}
    </div>
  );
}

/** What a call brought that was not said before, with the results that the next call tells of its tool calls. */
function newMessages(
  span: SpanRecord,
  before: SpanRecord | undefined,
  after: SpanRecord | undefined,
): readonly ChatMessage[] {
  const input = messagesOf(span.input_data) ?? [];
  const output = messagesOf(span.output_data) ?? [];
  const known = [...(messagesOf(before?.input_data) ?? []), ...(messagesOf(before?.output_data) ?? [])];
  const toldBefore = new Set(known.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)));
  const fresh = input
    .slice(carriedOver(known, input))
    .filter(({ toolCallId }) => toolCallId === undefined || !toldBefore.has(toolCallId));
  const asked = new Set(output.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)));
  const results = (messagesOf(after?.input_data) ?? []).filter(
    ({ toolCallId }) => toolCallId !== undefined && asked.has(toolCallId),
  );
  return [...fresh, ...output, ...results];
}
