import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TraceRecord } from 'llm-tracer/schema';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { type Turn, turnQuery } from '../../api/turn.ts';
import { countOf, formatDuration, formatExact } from '../../model/format.ts';
import { costText } from '../../model/group-totals.ts';
import { describeSteps, stepsOf } from '../../model/turns.ts';
import { usePageSession } from '../../session-context.ts';
import { ListTime } from '../groups/group-cells.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { SpanIcon } from '../parts/span-icon.tsx';
import { ErrorMessage } from '../parts/state-message.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import { SaidBlock } from './said-block.tsx';
import styles from './turn-view.module.css';

interface TurnViewProps {
  readonly trace: TraceRecord;
  /** Its place in the session, from 1. */
  readonly number: number;
  readonly count: number;
  /** How long nothing happened before it, where that is worth saying. */
  readonly pauseMs: number | undefined;
  readonly isActive: boolean;
  readonly onSelect: () => void;
}

/** One turn: who said what, the steps in between folded into a line, and the way to its trace. */
export function TurnView({ trace, number, count, pauseMs, isActive, onSelect }: TurnViewProps) {
  const { key, project } = usePageSession();
  const query = useQuery(turnQuery(key, trace.trace_id));
  return (
    <>
      {pauseMs !== undefined && <p className={styles.pause}>{formatDuration(pauseMs)} later</p>}
      <article
        aria-label={`Turn ${number}, ${trace.name}`}
        aria-posinset={number}
        aria-setsize={count}
        aria-current={isActive || undefined}
        className={`${styles.turn} ${isActive ? styles.active : ''}`}
        onPointerDown={onSelect}
      >
        <header className={styles.header}>
          <span className={styles.number}>{formatExact(number)}</span>
          <StatusMark status={trace.status} />
          <ListTime time={trace.start_time} />
          <strong className={styles.name}>
            <PayloadText text={trace.name} />
          </strong>
          <span className={styles.figures}>
            {trace.status === 'running' ? 'running' : formatDuration(trace.duration_ms)} · {costText(trace)}
            <Link
              to="/traces/$traceId"
              params={{ traceId: trace.trace_id }}
              search={{ project } as never}
              aria-label={`Trace of turn ${number}`}
            >
              trace
            </Link>
          </span>
        </header>
        {query.isError && (
          <ErrorMessage shape="line" what="this turn" error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data === undefined ? (
          !query.isError && <div className={styles.waiting} />
        ) : (
          <>
            <SaidBlock side="user" said={query.data.asked} isRunning={false} />
            <Steps turn={query.data} />
            {trace.error !== undefined && (
              <p className={styles.error}>
                <PayloadText text={trace.error} />
              </p>
            )}
            <SaidBlock side="assistant" said={query.data.answered} isRunning={trace.status === 'running'} />
          </>
        )}
      </article>
    </>
  );
}

const mostShown = 200;

function Steps({ turn: { spans, spanCount, trace } }: { readonly turn: Turn }) {
  const { project } = usePageSession();
  const [isOpen, setIsOpen] = useState(false);
  const failed = spans.filter(({ status }) => status === 'error').length;
  if (spanCount === 0) return null;
  return (
    <div className={styles.steps}>
      <button type="button" className={styles.fold} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <ChevronRight size={14} className={isOpen ? styles.open : ''} aria-hidden />
        {describeSteps(stepsOf(spans))}
        {spanCount > spans.length && ` in the first ${formatExact(spans.length)} of ${formatExact(spanCount)} spans`}
        {failed > 0 && <span className={styles.failed}>{countOf(failed, 'error')}</span>}
      </button>
      {isOpen && (
        <ul className={styles.list}>
          {spans.slice(0, mostShown).map((span) => (
            <li key={span.span_id}>
              <Link
                to="/traces/$traceId"
                params={{ traceId: trace.trace_id }}
                search={{ project, span: span.span_id } as never}
                className={styles.step ?? ''}
              >
                <SpanIcon type={span.span_type} />
                <span className={styles.name}>
                  <PayloadText text={span.name} />
                </span>
                {span.status === 'error' && <StatusMark status="error" />}
                <span className={styles.figures}>{formatDuration(span.duration_ms)}</span>
              </Link>
            </li>
          ))}
          {spans.length > mostShown && <li>{formatExact(spanCount - mostShown)} more in the trace</li>}
        </ul>
      )}
    </div>
  );
}
