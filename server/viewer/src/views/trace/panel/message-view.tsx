import { Suspense } from 'react';
import type { ChatMessage, ToolCall } from '../../../model/chat-messages.ts';
import { finishText } from '../../../model/finish-reason.ts';
import { countOf } from '../../../model/format.ts';
import type { ShownMessage } from '../../../model/tool-calls.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './message-list.module.css';
import { MessagePartView } from './message-part.tsx';
import type { LinkedSpan } from './tool-call-card.tsx';

const { Part: ToolCallCard } = lazyPart(() => import('./tool-call-card.tsx').then((part) => part.ToolCallCard));

/** What a model call and its trace tell of its messages. */
export interface MessageContext {
  /** The spans in which calls of tools were carried out. */
  readonly toolSpans?: ReadonlyMap<ToolCall, LinkedSpan>;
  /** What the model call before this one was told to be. */
  readonly earlierSystem?: { readonly text: string; readonly of: string; readonly onOpen: () => void } | undefined;
  /** What this call answered. */
  readonly answer?: ReadonlySet<ChatMessage>;
  /** How much was thought for it, where one part of it is all of that. */
  readonly reasoningTokens?: number | undefined;
  /** Whether it is still being written. */
  readonly isPartial?: boolean;
  /** Whether its messages say why they ended, rather than the call as a whole. */
  readonly saysFinish?: boolean;
}

interface MessageViewProps {
  readonly shown: ShownMessage;
  readonly context: MessageContext;
}

const rules: Readonly<Record<string, string | undefined>> = {
  system: styles.system,
  developer: styles.system,
  user: styles.user,
  human: styles.user,
  assistant: styles.assistant,
  model: styles.assistant,
  tool: styles.tool,
  function: styles.tool,
};

const systemLines = 6;
const shownSystemLines = 3;

export function MessageView({ shown: { message, calls, isLooseResult }, context }: MessageViewProps) {
  const { role, name, parts, isFailed, finish } = message;
  const text = textIn(message);
  const isSystem = role === 'system' || role === 'developer';
  const isAnswer = context.answer?.has(message) === true;
  const finished = context.saysFinish === true ? finishText(finish) : undefined;
  return (
    <article className={`${styles.message} ${rules[role] ?? styles.system}`} aria-label={`${role} message`}>
      <header className={styles.head}>
        <span className={styles.role}>
          <PayloadText text={role} />
        </span>
        {name !== undefined && <PayloadText text={name} />}
        {isSystem && <SystemNote text={text} earlier={context.earlierSystem} />}
        {isLooseResult && <span className={styles.warning}>Result without a call</span>}
        {isFailed && <span className={styles.failed}>Failed</span>}
        {text !== '' && <CopyButton isIcon label="Copy text" text={text} className={styles.copy} />}
      </header>
      {parts.map((part, index) => (
        <MessagePartView
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message do not move.
          key={index}
          part={part}
          lines={isSystem && linesIn(text) > systemLines ? shownSystemLines : undefined}
          isResult={role === 'tool' || role === 'function'}
          isPartial={isAnswer && context.isPartial === true}
          reasoningTokens={isAnswer ? context.reasoningTokens : undefined}
        />
      ))}
      <Suspense fallback={null}>
        {calls.map((pair, index) => (
          <ToolCallCard
            key={pair.call.id ?? index}
            pair={pair}
            number={calls.length > 1 ? index + 1 : undefined}
            span={context.toolSpans?.get(pair.call)}
          />
        ))}
      </Suspense>
      {parts.length === 0 && calls.length === 0 && <p className={styles.empty}>Empty</p>}
      {finished !== undefined && <p className={styles.warning}>{finished}</p>}
    </article>
  );
}

/** The text of a message, all its parts together. */
export const textIn = ({ parts }: ChatMessage): string =>
  parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('\n');

const linesIn = (text: string): number => text.split('\n').length;

/** How long a system prompt is that is folded, and whether it is that of the call before. */
function SystemNote({ text, earlier }: { readonly text: string; readonly earlier: MessageContext['earlierSystem'] }) {
  return (
    <>
      {linesIn(text) > systemLines && (
        <span>{countOf(text.split(/\s+/).filter((word) => word !== '').length, 'word')}</span>
      )}
      {earlier !== undefined && earlier.text === text && (
        <Button look="quiet" onClick={earlier.onOpen}>
          the same as in <PayloadText text={earlier.of} />
        </Button>
      )}
    </>
  );
}
