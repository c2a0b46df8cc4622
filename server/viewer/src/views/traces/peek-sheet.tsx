import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import { request } from '../../api/request.ts';
import { formatCount, formatDuration, formatMoment, type TimeZone } from '../../model/format.ts';
import { previewOf } from '../../model/preview.ts';
import { costOf } from '../../model/trace-cost.ts';
import { usePageSession } from '../../session-context.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './peek-sheet.module.css';

interface PeekSheetProps {
  readonly trace: TraceRecord;
  readonly zone: TimeZone;
  readonly isMarked: boolean;
  readonly onMark: () => void;
  readonly onFilter: (patch: Readonly<Record<string, string>>) => void;
  readonly onClose: () => void;
}

/** A trace at a glance, over the list: totals, first error, input and output, and the list narrowed to traces like it. */
export function PeekSheet({ trace, zone, isMarked, onMark, onFilter, onClose }: PeekSheetProps) {
  const { key, project } = usePageSession();
  const { data } = useQuery({
    queryKey: ['project', project, 'peek', trace.trace_id],
    queryFn: ({ signal }) =>
      request(`/api/traces/${encodeURIComponent(trace.trace_id)}`, TraceAnswer, {
        key: key.key,
        query: { limit: 200 },
        signal,
      }),
  });
  const whole = data?.trace ?? trace;
  const failed = data?.spans.find(({ status }) => status === 'error');
  const error = whole.error ?? failed?.error;

  return (
    <Dialog title={trace.name} isOpen onClose={onClose} shape="sheet">
      <div className={styles.peek}>
        <p className={styles.facts}>
          {formatMoment(trace.start_time, zone)} · {formatDuration(trace.duration_ms)} · {formatCount(trace.span_count)}{' '}
          spans · {formatCount(trace.tokens_input)} → {formatCount(trace.tokens_output)} tokens · {costOf(trace)}
        </p>
        <div className={styles.actions}>
          <Link
            to="/traces/$traceId"
            params={{ traceId: trace.trace_id }}
            search={{ project } as never}
            className={styles.open ?? ''}
          >
            Open
          </Link>
          <Button isPressed={isMarked} onClick={onMark}>
            {isMarked ? 'Marked to compare' : 'Mark to compare'}
          </Button>
          <CopyButton text={trace.trace_id} label="Copy id" />
        </div>
        {error !== undefined && (
          <section className={styles.error}>
            <h3>{failed === undefined || whole.error !== undefined ? 'Error' : `Error in ${failed.name}`}</h3>
            <PayloadText text={error} />
          </section>
        )}
        <Preview title="Input" value={whole.input} />
        <Preview title="Output" value={whole.output} />
        <section>
          <h3>Only traces with</h3>
          <div className={styles.filters}>
            {filtersOf(trace).map(({ name, value, label }) => (
              <Button key={`${name}=${value}`} onClick={() => onFilter({ [name]: value })}>
                <span className={styles.label}>{label}</span> <PayloadText text={value} />
              </Button>
            ))}
          </div>
        </section>
      </div>
    </Dialog>
  );
}

function Preview({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <section>
      <h3>{title}</h3>
      {value === undefined ? (
        <p className={styles.label}>Not recorded</p>
      ) : (
        <pre className={styles.preview}>
          <PayloadText text={previewOf(value)} />
        </pre>
      )}
    </section>
  );
}

function filtersOf(trace: TraceRecord) {
  const { name, status, models, tags, user_id, session_id, environment, release } = trace;
  return [
    { name: 'name', value: name, label: 'name' },
    { name: 'status', value: status, label: 'status' },
    ...models.map((value) => ({ name: 'model', value, label: 'model' })),
    // The API separates tags by commas and has no way to ask for one that holds a comma.
    ...tags.filter((tag) => !tag.includes(',')).map((value) => ({ name: 'tags', value, label: 'tag' })),
    { name: 'user_id', value: user_id, label: 'user' },
    { name: 'session_id', value: session_id, label: 'session' },
    { name: 'environment', value: environment, label: 'environment' },
    { name: 'release', value: release, label: 'release' },
  ].flatMap((filter) => (filter.value === undefined ? [] : [{ ...filter, value: filter.value }]));
}
