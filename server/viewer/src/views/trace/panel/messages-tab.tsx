import { useQuery } from '@tanstack/react-query';
import type { SpanRecord } from 'llm-tracer/schema';
import { useMemo, useState } from 'react';
import { spanQuery } from '../../../api/queries.ts';
import { carriedOver } from '../../../model/carried-over.ts';
import { messagesOf } from '../../../model/chat-messages.ts';
import { formatExact } from '../../../model/format.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { setPreferences, usePreferences } from '../../../preferences.ts';
import { usePageSession } from '../../../session-context.ts';
import { Button } from '../../parts/button.tsx';
import { MessageList } from './message-list.tsx';
import { type MessageContext, textIn } from './message-view.tsx';
import styles from './tabs.module.css';
import { ToolsOffered } from './tools-offered.tsx';
import { useToolSpans } from './use-tool-spans.ts';

interface MessagesTabProps {
  readonly tree: SpanTree;
  readonly index: number;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
  readonly whole: SpanRecord;
}

/** A model call as the conversation it was. */
export function MessagesTab({ tree, index, nowMs, onSelect, whole }: MessagesTabProps) {
  const { key } = usePageSession();
  const { isMarkdown } = usePreferences();
  const [choice, setChoice] = useState(0);
  const previous = useMemo(() => previousCall(tree, index), [tree, index]);
  const { data: before } = useQuery({
    ...spanQuery(key, previous?.span.span_id ?? ''),
    enabled: previous !== undefined && messagesOf(whole.input_data) !== undefined,
  });
  const input = useMemo(() => messagesOf(whole.input_data) ?? [], [whole]);
  const output = useMemo(() => messagesOf(whole.output_data) ?? [], [whole]);
  const earlierInput = useMemo(() => messagesOf(before?.input_data) ?? [], [before]);
  const carried = useMemo(
    () => carriedOver([...earlierInput, ...(messagesOf(before?.output_data) ?? [])], input),
    [before, earlierInput, input],
  );
  const hasChoices = choicesOf(whole.output_data) > 1 && output.length > 1;
  const answer = useMemo(() => (hasChoices ? output.slice(choice, choice + 1) : output), [hasChoices, output, choice]);
  // A result of the last input message's calls may stand in the same list: they are paired across it.
  const all = useMemo(() => [...input, ...answer], [input, answer]);
  const isRunning = whole.status === 'running';
  const previousName = previous && `${previous.span.name} #${previous.number}`;
  const earlierSystem = earlierInput.find(({ role }) => role === 'system' || role === 'developer');
  const context: MessageContext = {
    toolSpans: useToolSpans({ tree, index, nowMs, onSelect }, answer),
    answer: new Set(answer),
    reasoningTokens: isOneThought(answer) ? whole.tokens_reasoning : undefined,
    isPartial: isRunning,
    saysFinish: hasChoices || whole.finish_reason === undefined,
    earlierSystem:
      previous === undefined || previousName === undefined || earlierSystem === undefined
        ? undefined
        : { text: textIn(earlierSystem), of: previousName, onOpen: () => onSelect(previous.index) },
  };

  return (
    <>
      <div className={styles.tools}>
        <Button look="quiet" isPressed={isMarkdown} onClick={() => setPreferences({ isMarkdown: !isMarkdown })}>
          Markdown
        </Button>
        {hasChoices &&
          output.map((_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: choices are numbered.
            <Button key={at} look="quiet" isPressed={at === choice} onClick={() => setChoice(at)}>
              Choice {at + 1} of {formatExact(output.length)}
            </Button>
          ))}
      </div>
      <ToolsOffered tools={whole.tools} />
      <MessageList messages={all} carriedOver={carried} carriedFrom={previousName} context={context} />
      {isRunning && <p className={styles.muted}>still running</p>}
    </>
  );
}

/** The model call before this one in the trace, and its number among them. */
function previousCall(tree: SpanTree, index: number) {
  const start = tree.starts[index] as number;
  const calls: number[] = [];
  for (let at = 1; at < tree.size; at++)
    if (tree.spans[at]?.span_type === 'llm' && at !== index && (tree.starts[at] as number) < start) calls.push(at);
  calls.sort((a, b) => (tree.starts[a] as number) - (tree.starts[b] as number));
  const last = calls.at(-1);
  const span = last === undefined ? undefined : tree.spans[last];
  return last === undefined || span === undefined ? undefined : { index: last, span, number: calls.length };
}

/** Whether all that was thought for an answer is one part of it: the tokens that were counted are then of this part. */
const isOneThought = (answer: ReturnType<typeof messagesOf> = []): boolean =>
  answer.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'reasoning' || kind === 'encrypted').length === 1;

function choicesOf(payload: unknown): number {
  if (typeof payload !== 'object' || payload === null) return 0;
  const { choices, candidates, messages } = payload as Readonly<Record<string, unknown>>;
  if (Array.isArray(choices)) return choices.length;
  if (Array.isArray(candidates)) return candidates.length;
  // The wire's own form holds each choice as a message.
  return Array.isArray(messages) &&
    messages.every((message) => (message as { role?: unknown } | null)?.role === 'assistant')
    ? messages.length
    : 0;
}
