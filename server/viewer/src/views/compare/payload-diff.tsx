import { useEffect, useMemo, useState } from 'react';
import { canonical, diffJson } from '../../model/compare/diff-json.ts';
import { comparedMessages, diffMessages } from '../../model/compare/diff-messages.ts';
import { diffText, type TextStretch } from '../../model/compare/diff-text.ts';
import { formatBytes, formatExact } from '../../model/format.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import { LoadingRows } from '../parts/state-message.tsx';
import { diffInWorker } from './diff-in-worker.ts';
import styles from './diff-panel.module.css';
import { TextDiff } from './text-diff.tsx';

const workerBytes = 1_000_000;
const mostBytes = 8_000_000;

interface PayloadDiffProps {
  readonly a: unknown;
  readonly b: unknown;
  /** The side that has it, where only one does. */
  readonly only: 'A' | 'B' | undefined;
}

/** Two payloads: conversations message by message, texts by words, other JSON by path. */
export function PayloadDiff({ a, b, only }: PayloadDiffProps) {
  const [textA, textB] = useMemo(() => [sized(a), sized(b)], [a, b]);
  if (a === undefined && b === undefined) return <p className={styles.nothing}>Not recorded on either side.</p>;
  if (only !== undefined)
    return (
      <div className={styles.diff}>
        <p className={styles.nothing}>Only in {only}.</p>
        <pre className={styles.plain}>
          <PayloadText text={beginning(only === 'A' ? textA : textB)} />
        </pre>
      </div>
    );
  if (textA.length + textB.length > 2 * mostBytes || Math.max(textA.length, textB.length) > mostBytes)
    return (
      <p className={styles.nothing}>
        Too large to diff. Sizes {formatBytes(textA.length)} and {formatBytes(textB.length)}, contents{' '}
        {textA === textB ? 'are equal' : 'differ'}.
      </p>
    );
  if (canonical(a) === canonical(b))
    return (
      <div className={styles.diff}>
        <p className={styles.nothing}>The same on both sides.</p>
        <pre className={styles.plain}>
          <PayloadText text={beginning(textA)} />
        </pre>
      </div>
    );
  if (Math.max(textA.length, textB.length) > workerBytes) return <LargeDiff a={textA} b={textB} />;

  const [messagesA, messagesB] = [comparedMessages(a), comparedMessages(b)];
  if (messagesA !== undefined && messagesB !== undefined)
    return (
      <ol className={styles.diff}>
        {diffMessages(messagesA, messagesB).map((pair, index) => {
          const role = (pair.a ?? pair.b)?.role ?? '';
          const isSame = pair.a?.text === pair.b?.text;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the messages of two stored payloads do not move.
            <li key={index} className={styles.message}>
              <h3>
                <PayloadText text={role} />
                {pair.a === undefined && ' · only in B'}
                {pair.b === undefined && ' · only in A'}
                {isSame && ' · same'}
              </h3>
              {isSame ? (
                <Folded text={pair.a?.text ?? ''} />
              ) : (
                <TextDiff stretches={diffText(pair.a?.text ?? '', pair.b?.text ?? '')} />
              )}
            </li>
          );
        })}
      </ol>
    );
  if (typeof a === 'string' && typeof b === 'string')
    return (
      <div className={styles.diff}>
        <TextDiff stretches={diffText(a, b)} />
      </div>
    );
  return <JsonDiffView a={a} b={b} />;
}

function JsonDiffView({ a, b }: { readonly a: unknown; readonly b: unknown }) {
  const { changes, hasMore } = useMemo(() => diffJson(a, b), [a, b]);
  return (
    <dl className={styles.diff}>
      {changes.map(({ path, kind, before, after }) => (
        <div key={path} className={styles.change}>
          <dt>
            <code>
              <PayloadText text={path} />
            </code>{' '}
            <span className={styles.kind}>{{ added: 'only in B', removed: 'only in A', changed: '' }[kind]}</span>
          </dt>
          <dd>
            <TextDiff stretches={diffText(valueText(before, kind === 'added'), valueText(after, kind === 'removed'))} />
          </dd>
        </div>
      ))}
      {hasMore && (
        <p className={styles.nothing}>The first {formatExact(changes.length)} differences. There are more.</p>
      )}
    </dl>
  );
}

/** By lines, away from the page: it may take a second. */
function LargeDiff({ a, b }: { readonly a: string; readonly b: string }) {
  const [stretches, setStretches] = useState<readonly TextStretch[]>();
  useEffect(() => diffInWorker(a, b, setStretches), [a, b]);
  if (stretches === undefined) return <LoadingRows rows={6} />;
  return (
    <div className={styles.diff}>
      <p className={styles.nothing}>
        Compared by lines: {formatBytes(a.length)} and {formatBytes(b.length)}.
      </p>
      <TextDiff stretches={stretches} />
    </div>
  );
}

const sized = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');

const valueText = (value: unknown, isAbsent: boolean): string =>
  isAbsent ? '' : typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');

const mostCharacters = 20_000;
const beginning = (text: string): string =>
  text.length <= mostCharacters
    ? text
    : `${text.slice(0, mostCharacters)}… (${formatExact(text.length - mostCharacters)} more characters)`;

function Folded({ text }: { readonly text: string }) {
  const line = text.split('\n', 1)[0] ?? '';
  const isWhole = line.length === text.length && line.length <= 200;
  if (isWhole) return <p className={styles.same}>{<PayloadText text={text} />}</p>;
  return (
    <details className={styles.same}>
      <summary>
        <PayloadText text={line.slice(0, 200)} />…
      </summary>
      <pre className={styles.plain}>
        <PayloadText text={beginning(text)} />
      </pre>
    </details>
  );
}
