import { Link } from '@tanstack/react-router';
import type { TraceRecord } from 'llm-tracer/schema';
import {
  countOf,
  formatCount,
  formatDuration,
  formatExact,
  formatListTime,
  formatMomentFully,
  shortId,
  type TimeZone,
} from '../../model/format.ts';
import { costOf } from '../../model/trace-cost.ts';
import type { Column } from '../parts/data-table.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { Elapsed } from './elapsed.tsx';
import { scoreText } from './score-text.ts';
import styles from './trace-columns.module.css';

/** The columns that there are, in their order; those of `standardColumns` are shown until somebody chooses. */
export const columnNames = {
  status: 'Status',
  name: 'Name',
  started: 'Started',
  duration: 'Duration',
  models: 'Models',
  spans: 'Spans',
  errors: 'Errors',
  tokens: 'Tokens in → out',
  cost: 'Cost',
  user: 'User',
  session: 'Session',
  tags: 'Tags',
  scores: 'Scores',
  environment: 'Environment',
  release: 'Release',
  service: 'Service',
  id: 'Id',
} as const;
export type ColumnId = keyof typeof columnNames;

/** Without these a row says nothing. */
export const fixedColumns: readonly ColumnId[] = ['status', 'name', 'started', 'duration'];
export const standardColumns: readonly ColumnId[] = [
  ...fixedColumns,
  'models',
  'spans',
  'tokens',
  'cost',
  'user',
  'session',
  'tags',
  'scores',
];

export interface ColumnContext {
  readonly zone: TimeZone;
  readonly now: Date;
  readonly search: Readonly<Record<string, string>>;
  readonly menuOf: (id: ColumnId) => Column<TraceRecord>['menu'];
  readonly sorted: ColumnId;
  readonly isMarked: (id: string) => boolean;
  readonly onPeek: (trace: TraceRecord) => void;
}

const shapes: Readonly<Record<ColumnId, Pick<Column<TraceRecord>, 'width' | 'align' | 'dropsAt' | 'isHeaderHidden'>>> =
  {
    status: { width: 28, isHeaderHidden: true },
    name: { width: 'flex' },
    started: { width: 116 },
    duration: { width: 148 },
    models: { width: 120, dropsAt: 2 },
    spans: { width: 76, align: 'end', dropsAt: 3 },
    errors: { width: 76, align: 'end', dropsAt: 7 },
    tokens: { width: 128, align: 'end', dropsAt: 1 },
    cost: { width: 88, align: 'end', dropsAt: 1 },
    user: { width: 112, dropsAt: 4 },
    session: { width: 112, dropsAt: 5 },
    tags: { width: 140, dropsAt: 6 },
    scores: { width: 104, dropsAt: 8 },
    environment: { width: 112, dropsAt: 9 },
    release: { width: 96, dropsAt: 9 },
    service: { width: 112, dropsAt: 9 },
    id: { width: 84, dropsAt: 9 },
  };

export function traceColumns(ids: readonly ColumnId[], context: ColumnContext): readonly Column<TraceRecord>[] {
  return ids.map((id) => ({
    id,
    header: columnNames[id],
    ...shapes[id],
    menu: context.menuOf(id),
    sorted: context.sorted === id ? ('descending' as const) : undefined,
    cell: (trace) => <TraceCell id={id} trace={trace} context={context} />,
  }));
}

interface TraceCellProps {
  readonly id: ColumnId;
  readonly trace: TraceRecord;
  readonly context: ColumnContext;
}

function TraceCell({ id, trace, context }: TraceCellProps) {
  switch (id) {
    case 'status':
      return <StatusMark status={trace.status} />;
    case 'name':
      return (
        <span className={styles.name}>
          {context.isMarked(trace.trace_id) && <span className={styles.mark}>compare</span>}
          <Link
            to="/traces/$traceId"
            params={{ traceId: trace.trace_id }}
            search={{ project: trace.project_id } as never}
            tabIndex={-1}
            className={styles.link ?? ''}
            onClick={(event) => event.stopPropagation()}
          >
            <PayloadText text={trace.name} />
          </Link>
          {trace.error_count > 0 && <span className={styles.errors}>{countOf(trace.error_count, 'error')}</span>}
          {trace.status === 'running' && <span className={styles.running}>running</span>}
          <button
            type="button"
            tabIndex={-1}
            className={styles.more}
            aria-label={`Peek at ${trace.name}`}
            onClick={(event) => {
              event.stopPropagation();
              context.onPeek(trace);
            }}
          >
            ⋯
          </button>
        </span>
      );
    case 'started':
      return (
        <time dateTime={trace.start_time} title={formatMomentFully(trace.start_time, context.now)}>
          {formatListTime(trace.start_time, context.now, context.zone)}
        </time>
      );
    case 'duration':
      return <DurationCell trace={trace} />;
    case 'models': {
      const [first, ...others] = trace.models;
      if (first === undefined) return null;
      return (
        <span title={trace.models.join(', ')}>
          <PayloadText text={first} /> {others.length > 0 && <span className={styles.muted}>+{others.length}</span>}
        </span>
      );
    }
    case 'spans':
      return formatCount(trace.span_count);
    case 'errors':
      return trace.error_count === 0 ? null : formatCount(trace.error_count);
    case 'tokens':
      return trace.tokens_input === 0 && trace.tokens_output === 0 ? (
        <span className={styles.muted}>—</span>
      ) : (
        <span title={`${formatExact(trace.tokens_input)} → ${formatExact(trace.tokens_output)}`}>
          {formatCount(trace.tokens_input)} → {formatCount(trace.tokens_output)}
        </span>
      );
    case 'cost':
      return costOf(trace);
    case 'tags': {
      const [first, ...others] = trace.tags;
      if (first === undefined) return null;
      return (
        <span title={trace.tags.join(', ')}>
          <span className={styles.chip}>
            <PayloadText text={first} />
          </span>{' '}
          {others.length > 0 && <span className={styles.muted}>+{others.length}</span>}
        </span>
      );
    }
    case 'scores': {
      const [first, ...others] = trace.scores;
      if (first === undefined) return null;
      return (
        <span title={trace.scores.map(scoreText).join(', ')}>
          <PayloadText text={scoreText(first)} />{' '}
          {others.length > 0 && <span className={styles.muted}>+{others.length}</span>}
        </span>
      );
    }
    case 'user':
      return <PayloadText text={trace.user_id ?? ''} />;
    case 'session':
      return <PayloadText text={trace.session_id ?? ''} />;
    case 'environment':
      return <PayloadText text={trace.environment ?? ''} />;
    case 'release':
      return <PayloadText text={trace.release ?? ''} />;
    case 'service':
      return <PayloadText text={trace.service_name ?? ''} />;
    case 'id':
      return <code>{shortId(trace.trace_id)}</code>;
  }
}

// Fixed ends, so that rows compare across pages.
const leastMs = 1;
const mostMs = 600_000;

function DurationCell({ trace }: { readonly trace: TraceRecord }) {
  const ms = trace.duration_ms;
  if (trace.status === 'running' || ms === undefined) return <Elapsed since={trace.start_time} />;
  const share = Math.log(Math.max(ms, leastMs) / leastMs) / Math.log(mostMs / leastMs);
  return (
    <span className={styles.duration}>
      <span className={styles.number}>{formatDuration(ms)}</span>
      <span className={styles.track} aria-hidden>
        <span
          className={trace.status === 'error' ? styles.barError : styles.bar}
          style={{ width: `${Math.max(3, Math.min(1, share) * 100)}%` }}
        />
      </span>
    </span>
  );
}
