import { countOf, formatBytes } from '../../../model/format.ts';
import type { MediaKind, MessagePart } from '../../../model/message-parts.ts';
import { parseJson } from '../../../model/parse-json.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { LazyMedia } from '../../media/lazy-media.tsx';
import { Fold } from '../../parts/fold.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { RemoteMedia } from '../../parts/remote-media.tsx';
import { MessageText } from '../../text/message-text.tsx';
import styles from './message-list.module.css';

interface MessagePartViewProps {
  readonly part: MessagePart;
  /** After how many lines a text is folded; by itself, as long texts are. */
  readonly lines?: number | undefined;
  /** A text of a tool that is JSON is shown as such. */
  readonly isResult?: boolean;
  /** It is still being written. */
  readonly isPartial?: boolean;
  /** How much was thought, where that is known of this part. */
  readonly reasoningTokens?: number | undefined;
}

const mediaNames: Readonly<Record<MediaKind, string>> = { image: 'Image', audio: 'Audio', file: 'File' };
const twelveLines = 264;

export function MessagePartView({ part, lines, isResult, isPartial, reasoningTokens }: MessagePartViewProps) {
  switch (part.kind) {
    case 'text': {
      const value = isResult === true ? jsonOf(part.text) : undefined;
      if (value !== undefined) return <LazyJsonView value={value} label="Result" mostHeight={twelveLines} />;
      return <MessageText text={part.text} lines={lines} isPartial={isPartial} />;
    }
    case 'json':
      return <LazyJsonView value={part.value} label="Result" mostHeight={twelveLines} />;
    case 'reasoning': {
      const size =
        reasoningTokens === undefined
          ? countOf(part.text.split(/\s+/).filter((word) => word !== '').length, 'word')
          : countOf(reasoningTokens, 'token');
      return (
        <Fold summary={`Reasoning, ${size}`} className={styles.reasoning}>
          <MessageText text={part.text} />
        </Fold>
      );
    }
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
          <RemoteMedia what={mediaNames[part.media]} address={part.address} />
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

const mostJson = 2_000_000;

function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > mostJson) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
