import type { SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { formatBytes } from '../../../model/format.ts';
import { JsonView } from '../../json/json-view.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { MessageText } from '../../text/message-text.tsx';
import { Documents } from './documents.tsx';
import styles from './tabs.module.css';

interface InputOutputTabProps {
  readonly record: SpanRecord | TraceRecord;
  readonly input: unknown;
  readonly output: unknown;
}

/** What went in and what came out, as they were sent. */
export function InputOutputTab({ record, input, output }: InputOutputTabProps) {
  const isRunning = record.status === 'running';
  return (
    <>
      <Payload title="Input" value={input} record={record} />
      <Payload title="Output" value={output} record={record} note={isRunning ? 'still running' : undefined} />
    </>
  );
}

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
  readonly record: SpanRecord | TraceRecord;
  readonly note?: string | undefined;
}

function Payload({ title, value, record, note }: PayloadProps) {
  const cuts = (record.truncated ?? []).filter(({ path }) => path.startsWith(title.toLowerCase()));
  return (
    <section className={styles.section}>
      <header className={styles.head}>
        <h3>{title}</h3>
        {note !== undefined && <span className={styles.muted}>{note}</span>}
        {value !== undefined && (
          <CopyButton
            isIcon
            label={`Copy ${title.toLowerCase()}`}
            text={() => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}
          />
        )}
      </header>
      {cuts.map(({ path, original_bytes }) => (
        <p key={path} className={styles.cut}>
          Cut when it was sent:{' '}
          <code>
            <PayloadText text={path} />
          </code>{' '}
          had {formatBytes(original_bytes)}. The rest was never stored.
        </p>
      ))}
      <PayloadValue title={title} value={value} />
    </section>
  );
}

function PayloadValue({ title, value }: { readonly title: string; readonly value: unknown }) {
  if (value === undefined) return <p className={styles.muted}>Not recorded</p>;
  if (typeof value === 'string' && value !== '') return <MessageText text={value} />;
  const documents = documentsOf(value);
  return (
    <>
      {documents !== undefined && <Documents documents={documents} />}
      <JsonView value={value} label={title} mostHeight={documents === undefined ? 560 : 240} />
    </>
  );
}

function documentsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { documents } = value as { documents?: unknown };
  return Array.isArray(documents) ? documents : undefined;
}
