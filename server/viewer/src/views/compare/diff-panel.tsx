import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { type ComparedPayloads, spanPayloadsQuery, tracePayloadsQuery } from '../../api/compared-payloads.ts';
import type { TraceTree } from '../../api/trace-tree.ts';
import type { AlignedRow } from '../../model/compare/align.ts';
import { usePageSession } from '../../session-context.ts';
import { useUrlState } from '../../url-state.ts';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { ErrorMessage, LoadingRows } from '../parts/state-message.tsx';
import styles from './diff-panel.module.css';
import { PayloadDiff } from './payload-diff.tsx';

const tabs = {
  output: 'Output',
  input: 'Input',
  parameters: 'Parameters',
  metadata: 'Metadata',
  error: 'Error',
} as const;
type Tab = keyof typeof tabs;

interface DiffPanelProps {
  /** The step; undefined for the traces themselves. */
  readonly row: AlignedRow | undefined;
  readonly treeA: TraceTree;
  readonly treeB: TraceTree;
  readonly panelRef: RefObject<HTMLElement | null>;
}

/** What a step, or the whole trace, took in and gave back on both sides, and where that differs. */
export function DiffPanel({ row, treeA, treeB, panelRef }: DiffPanelProps) {
  const { key, project } = usePageSession();
  const { search, change } = useUrlState();
  const chosen = (Object.keys(tabs) as Tab[]).find((tab) => tab === search['tab']) ?? 'output';
  const [a, b] = [
    useQuery({
      ...(row === undefined
        ? tracePayloadsQuery(key, treeA.trace.trace_id)
        : (spanPayloadsQuery(key, row.a?.span_id ?? '') as never)),
      enabled: row === undefined || row.a !== undefined,
    }) as ReturnType<typeof useQuery<ComparedPayloads>>,
    useQuery({
      ...(row === undefined
        ? tracePayloadsQuery(key, treeB.trace.trace_id)
        : (spanPayloadsQuery(key, row.b?.span_id ?? '') as never)),
      enabled: row === undefined || row.b !== undefined,
    }) as ReturnType<typeof useQuery<ComparedPayloads>>,
  ];
  const failed = a.isError ? a : b.isError ? b : undefined;
  const isReady = (row !== undefined && row.a === undefined) || a.data !== undefined;
  const isBothReady = isReady && ((row !== undefined && row.b === undefined) || b.data !== undefined);
  const hasError = a.data?.error !== undefined || b.data?.error !== undefined;
  const title = row === undefined ? 'The traces themselves' : (row.a ?? row.b)?.name;

  return (
    <section ref={panelRef} tabIndex={-1} className={styles.panel} aria-label="Differences">
      <header className={styles.header}>
        <h2>{title !== undefined && <PayloadText text={title} />}</h2>
        {row?.a !== undefined && <SpanLink letter="A" traceId={treeA.trace.trace_id} spanId={row.a.span_id} />}
        {row?.b !== undefined && <SpanLink letter="B" traceId={treeB.trace.trace_id} spanId={row.b.span_id} />}
      </header>
      <fieldset className={styles.tabs}>
        <legend className="visually-hidden">What is compared</legend>
        {(Object.keys(tabs) as Tab[])
          .filter((tab) => tab !== 'error' || hasError)
          .map((tab) => (
            <Button
              key={tab}
              look="quiet"
              isPressed={tab === chosen}
              onClick={() => change({ tab: tab === 'output' ? undefined : tab })}
            >
              {tabs[tab]}
              {isBothReady && isDifferent(a.data?.[tab], b.data?.[tab]) && (
                <span className={styles.dot} role="img" aria-label="differs" />
              )}
            </Button>
          ))}
      </fieldset>
      {failed !== undefined && (
        <ErrorMessage shape="line" what="the payloads" error={failed.error} onRetry={() => void failed.refetch()} />
      )}
      {failed === undefined && !isBothReady && <LoadingRows rows={6} />}
      {isBothReady && (
        <PayloadDiff
          key={`${row?.path} ${chosen}`}
          a={a.data?.[chosen]}
          b={b.data?.[chosen]}
          only={row?.kind === 'only-a' ? 'A' : row?.kind === 'only-b' ? 'B' : undefined}
        />
      )}
    </section>
  );

  function SpanLink({ letter, traceId, spanId }: { letter: string; traceId: string; spanId: string }) {
    return (
      <Link to="/traces/$traceId" params={{ traceId }} search={{ project, span: spanId } as never}>
        Open in {letter}
      </Link>
    );
  }
}

const isDifferent = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
