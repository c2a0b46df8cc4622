import { useMemo } from 'react';
import { type ChatMessage, type MessagePart, pairToolCalls, type ShownMessage } from '../../../model/chat-messages.ts';
import { countOf, formatBytes } from '../../../model/format.ts';
import { parseJson } from '../../../model/parse-json.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { LazyMedia } from '../../media/lazy-media.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { MessageText } from '../../text/message-text.tsx';
import styles from './message-list.module.css';
import { ToolCallCard } from './tool-call-card.tsx';

interface MessageListProps {
  readonly messages: readonly ChatMessage[];
  /** How many of them came with the call before this one. */
  readonly carriedOver?: number;
  readonly carriedFrom?: string | undefined;
}

const foldMiddleFrom = 12;

/** Messages from top to bottom, over the full width. */
export function MessageList({ messages, carriedOver = 0, carriedFrom }: MessageListProps) {
  const shown = useMemo(() => pairToolCalls(messages), [messages]);
  const old = useMemo(() => new Set(messages.slice(0, carriedOver)), [messages, carriedOver]);
  const carried = shown.filter(({ message }) => old.has(message));
  const fresh = shown.filter(({ message }) => !old.has(message));
  if (carried.length > 1)
    return (
      <>
        <details className={styles.folded}>
          <summary>
            {countOf(carriedOver, 'message')} carried over from {carriedFrom}
          </summary>
          {carried.map(toView)}
        </details>
        {fresh.length > 0 && <p className={styles.divider}>New in this call</p>}
        {fresh.map(toView)}
      </>
    );
  if (shown.length > foldMiddleFrom)
    return (
      <>
        {shown.slice(0, 3).map(toView)}
        <details className={styles.folded}>
          <summary>{countOf(shown.length - 7, 'message')} in between</summary>
          {shown.slice(3, -4).map(toView)}
        </details>
        {shown.slice(-4).map(toView)}
      </>
    );
  return <>{shown.map(toView)}</>;
}

const toView = (entry: ShownMessage, index: number) => <MessageView key={index} shown={entry} />;

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

function MessageView({ shown: { message, calls, isLooseResult } }: { readonly shown: ShownMessage }) {
  const { role, name, parts } = message;
  const text = parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('\n');
  const isSystem = role === 'system' || role === 'developer';
  return (
    <article className={`${styles.message} ${rules[role] ?? styles.system}`} aria-label={`${role} message`}>
      <header className={styles.head}>
        <span className={styles.role}>
          <PayloadText text={role} />
        </span>
        {name !== undefined && <PayloadText text={name} />}
        {isSystem && text.split('\n').length > systemLines && (
          <span>{countOf(text.split(/\s+/).filter((word) => word !== '').length, 'word')}</span>
        )}
        {isLooseResult && <span className={styles.warning}>Result without a call</span>}
        {text !== '' && <CopyButton isIcon label="Copy text" text={text} className={styles.copy} />}
      </header>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message do not move.
        <PartView key={index} part={part} lines={isSystem ? 3 : undefined} isResult={role === 'tool'} />
      ))}
      {calls.map((pair, index) => (
        <ToolCallCard
          key={pair.call.id ?? index}
          pair={pair}
          number={calls.length > 1 ? index + 1 : undefined}
          renderResult={(result) =>
            result.parts.map((part, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message do not move.
              <PartView key={at} part={part} lines={undefined} isResult />
            ))
          }
        />
      ))}
      {parts.length === 0 && calls.length === 0 && <p className={styles.empty}>Empty</p>}
    </article>
  );
}

interface PartViewProps {
  readonly part: MessagePart;
  readonly lines: number | undefined;
  readonly isResult: boolean;
}

function PartView({ part, lines, isResult }: PartViewProps) {
  switch (part.kind) {
    case 'text': {
      const value = isResult ? jsonOf(part.text) : undefined;
      if (value !== undefined) return <LazyJsonView value={value} label="Result" mostHeight={264} />;
      return <MessageText text={part.text} {...(lines === undefined ? {} : { lines })} />;
    }
    case 'reasoning':
      return (
        <details className={styles.reasoning}>
          <summary>Reasoning, {countOf(part.text.split(/\s+/).length, 'word')}</summary>
          <MessageText text={part.text} />
        </details>
      );
    case 'encrypted':
      return <p className={styles.empty}>Reasoning is encrypted by the provider ({formatBytes(part.bytes)}).</p>;
    case 'refusal':
      return (
        <div className={styles.refusal}>
          <strong>Refused</strong> <MessageText text={part.text} />
        </div>
      );
    case 'media':
      return <LazyMedia media={part.media} data={part.data} name={part.name} />;
    case 'remote':
      return (
        <p className={styles.empty}>
          {part.media === 'image' ? 'Image' : part.media === 'audio' ? 'Audio' : 'File'} at{' '}
          <PayloadText text={hostOf(part.address)} />, not loaded{' '}
          <CopyButton label="Copy address" text={part.address} />
        </p>
      );
    case 'unknown':
      return (
        <div className={styles.unknown}>
          <p className={styles.empty}>
            Unknown part: <PayloadText text={part.type} />
          </p>
          <LazyJsonView value={part.value} label={`Part of type ${part.type}`} mostHeight={220} />
        </div>
      );
  }
}

function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 2_000_000) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address.slice(0, 60));
