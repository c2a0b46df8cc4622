import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeftRight } from 'lucide-react';
import { useCallback, useMemo, useRef } from 'react';
import { traceTreeQuery } from '../../api/trace-tree.ts';
import { align } from '../../model/compare/align.ts';
import { mostAligned } from '../../model/compare/align-siblings.ts';
import { isChanged, type Shown, visibleRows } from '../../model/compare/delta.ts';
import { countOf, formatExact } from '../../model/format.ts';
import { usePageTitle } from '../../page-title.ts';
import { usePageSession } from '../../session-context.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { useUrlState } from '../../url-state.ts';
import { Breadcrumb } from '../parts/breadcrumb.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorMessage, LoadingRows, StateMessage } from '../parts/state-message.tsx';
import { useMedia } from '../parts/use-media.ts';
import { CompareHeader } from './compare-header.tsx';
import styles from './compare-page.module.css';
import { CompareTree } from './compare-tree.tsx';
import { DiffPanel } from './diff-panel.tsx';

const shownNames = { all: 'All', changed: 'Changed', only: 'Only in one' } as const;
/** The row of the traces themselves. */
const wholePath = '';

/** Two traces side by side: their steps aligned, and what each step took, cost and said on both sides. */
export function ComparePage() {
  const { a = '', b = '' } = useParams({ strict: false }) as { a?: string; b?: string };
  usePageTitle('Compare');
  const { key, project } = usePageSession();
  const { search, change } = useUrlState();
  const navigate = useNavigate();
  const panel = useRef<HTMLElement>(null);
  const isNarrow = useMedia('(max-width: 1099px)');
  const [treeA, treeB] = [useQuery(traceTreeQuery(key, a)), useQuery(traceTreeQuery(key, b))];

  const alignment = useMemo(
    () =>
      treeA.data &&
      treeB.data &&
      align({ traceId: a, spans: treeA.data.spans }, { traceId: b, spans: treeB.data.spans }),
    [a, b, treeA.data, treeB.data],
  );
  const shown: Shown = search['show'] === 'changed' || search['show'] === 'only' ? search['show'] : 'all';
  const rows = useMemo(() => (alignment === undefined ? [] : visibleRows(alignment.rows, shown)), [alignment, shown]);
  const changed = useMemo(() => alignment?.rows.filter(isChanged) ?? [], [alignment]);
  const node = search['node'] ?? (isNarrow ? undefined : wholePath);
  const selected = rows.findIndex(({ path }) => path === node);

  const select = useCallback((path: string | undefined) => change({ node: path }), [change]);
  const step = (by: 1 | -1, onlyChanges: boolean) => {
    for (let index = selected + by; index >= -1 && index < rows.length; index += by) {
      if (index === -1) return select(undefined);
      const row = rows[index];
      if (row !== undefined && (!onlyChanges || isChanged(row))) return select(row.path);
    }
  };
  const swap = useCallback(
    () =>
      void navigate({
        to: '/compare/$a/$b',
        params: { a: b, b: a },
        search: { ...search, project },
        replace: true,
      } as never),
    [navigate, a, b, search, project],
  );
  useShortcuts('Compare', [
    { keys: 'j', label: 'Next row', run: () => step(1, false) },
    { keys: 'k', label: 'Previous row', run: () => step(-1, false) },
    { keys: 'ArrowDown', label: '', isAlias: true, run: () => step(1, false) },
    { keys: 'ArrowUp', label: '', isAlias: true, run: () => step(-1, false) },
    { keys: 'J', label: 'Next change', run: () => step(1, true) },
    { keys: 'K', label: 'Previous change', run: () => step(-1, true) },
    { keys: 'S', label: 'Swap A and B', run: swap },
    { keys: 'Enter', label: 'Into the panel', run: () => panel.current?.focus() },
    { keys: 'Escape', label: 'Back to the whole', run: () => select(undefined) },
  ]);

  const failed = treeA.isError ? treeA : treeB.isError ? treeB : undefined;
  if (failed !== undefined && (treeA.data === undefined || treeB.data === undefined))
    return (
      <ErrorMessage
        what={`trace ${treeA.isError ? 'A' : 'B'}`}
        error={failed.error}
        onRetry={() => void failed.refetch()}
      />
    );
  const isLoading = treeA.data === undefined || treeB.data === undefined;
  const row = rows[selected];
  const details = !isLoading && (row !== undefined || node === wholePath) && (
    <DiffPanel row={row} treeA={treeA.data} treeB={treeB.data} panelRef={panel} />
  );

  return (
    <div className={styles.page}>
      <Breadcrumb parent={{ label: 'Traces', to: '/traces' }} title="Compare">
        <Button onClick={swap}>
          <ArrowLeftRight size={14} strokeWidth={1.75} aria-hidden /> Swap
        </Button>
      </Breadcrumb>
      {isLoading && <LoadingRows />}
      {!isLoading && (
        <>
          <CompareHeader treeA={treeA.data} treeB={treeB.data} />
          <div className={styles.filters}>
            <fieldset className={styles.tabs}>
              <legend className="visually-hidden">Which rows</legend>
              {(Object.keys(shownNames) as Shown[]).map((name) => (
                <Button
                  key={name}
                  isPressed={name === shown}
                  onClick={() => change({ show: name === 'all' ? undefined : name }, 'push')}
                >
                  {shownNames[name]}
                </Button>
              ))}
            </fieldset>
            <p role="status" className={styles.count}>
              {changed.length === 0
                ? 'The two have the same steps, and none took or cost notably more.'
                : `${countOf(changed.length, 'step')} of ${formatExact(alignment?.rows.length ?? 0)} ${changed.length === 1 ? 'differs' : 'differ'}`}
              {alignment?.isRough === true &&
                ` · Over ${formatExact(mostAligned)} children of one step: aligned by number alone.`}
              {[treeA.data, treeB.data].some(({ spans, spanCount }) => spans.length < spanCount) &&
                ' · Not all spans are loaded. Totals cover all.'}
            </p>
          </div>
          <div className={styles.body}>
            {rows.length === 0 ? (
              <StateMessage
                title={shown === 'all' ? 'Neither trace has a span.' : 'No such difference.'}
                actions={
                  shown !== 'all' && <Button onClick={() => change({ show: undefined }, 'push')}>Show all rows</Button>
                }
              />
            ) : (
              <CompareTree
                rows={rows}
                selected={selected}
                startA={treeA.data.trace.start_time}
                startB={treeB.data.trace.start_time}
                lengthMs={Math.max(treeA.data.trace.duration_ms ?? 0, treeB.data.trace.duration_ms ?? 0)}
                onSelect={(path) => select(path)}
              />
            )}
            {isNarrow ? (
              <Dialog title="Differences" shape="sheet" isOpen={details !== false} onClose={() => select(undefined)}>
                {details}
              </Dialog>
            ) : (
              details
            )}
          </div>
        </>
      )}
    </div>
  );
}
