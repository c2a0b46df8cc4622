import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import type { TraceTree } from '../../api/trace-tree.ts';
import { countOf, formatDuration, formatExact, formatPercent, shortId } from '../../model/format.ts';
import { type IdleTime, idleTime } from '../../model/idle-time.ts';
import { nameOfNode } from '../../model/row-facts.ts';
import { type SpanTree, traceNodeId } from '../../model/span-tree.ts';
import { isAlike, isWithin, panned, type TimeWindow, timeScale, within, zoomed } from '../../model/time-scale.ts';
import { closedNodes, visibleRows, withAncestors } from '../../model/visible-rows.ts';
import { useShortcuts } from '../../shortcuts.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { StateMessage } from '../parts/state-message.tsx';
import { useElementSize } from '../parts/use-element-size.ts';
import { useCoarsePointer, useMedia } from '../parts/use-media.ts';
import { Panel } from './panel/panel.tsx';
import { Splitter } from './splitter.tsx';
import styles from './trace-body.module.css';
import { TraceToolbar } from './trace-toolbar.tsx';
import type { RowLook } from './tree-row.tsx';
import { isExpandable, rowOf, TreeView } from './tree-view.tsx';
import { useContentsSearch } from './use-contents-search.ts';
import { useCriticalPath } from './use-critical-path.ts';
import { useLinkedSpan } from './use-linked-span.ts';
import { useTraceState } from './use-trace-state.ts';
import { useWidth } from './use-width.ts';

interface TraceBodyProps {
  readonly data: TraceTree;
  readonly tree: SpanTree;
  readonly nowMs: number;
  /** Whether it is being read, anew or on. */
  readonly isReading: boolean;
  /** Why the last reading failed. */
  readonly failure: Error | null;
  readonly onReadMore: () => void;
}

const indentPx = 14;
/** Below this, the lane has no room for numbers beside the names. */
const leastLane = 320;
/** How far the edges can be moved. */
const leastTree = 160;
const leastLaneByHand = 120;
const leastPanelPx = 400;
const mostPanelPercent = 70;

/** Tree, waterfall and panel of a trace that is there. */
export function TraceBody({ data, tree, nowMs, isReading, failure, onReadMore }: TraceBodyProps) {
  const state = useTraceState(data.spanCount);
  const { search, change, select, openness, setOverrides, types } = state;
  const isWide = useMedia('(min-width: 1100px)');
  const isCoarse = useCoarsePointer();
  const grid = useRef<HTMLDivElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const [measureLane, { width: laneWidth }] = useElementSize<HTMLDivElement>();
  const [measureLeft, { width: leftWidth }] = useElementSize<HTMLDivElement>();
  const [measureBody, { width: bodyWidth }] = useElementSize<HTMLDivElement>();
  const leastPanelPercent = Math.min(mostPanelPercent, (leastPanelPx / Math.max(bodyWidth, leastPanelPx)) * 100);
  const panelWidth = useWidth('panelPercent', 42, leastPanelPercent, mostPanelPercent);
  const windows = useRef<(TimeWindow | undefined)[]>([]);

  const { fromMs, toMs, farFromMs, farToMs } = tree;
  const extent = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const farExtent = useMemo(() => ({ fromMs: farFromMs, toMs: farToMs }), [farFromMs, farToMs]);
  // What lies far outside is left out until somebody looks there.
  const isFar = state.window !== undefined && !isWithin(state.window, extent);
  const whole = isFar ? farExtent : extent;
  const window = useMemo(
    () => (state.window === undefined ? whole : within(state.window, whole)),
    [state.window, whole],
  );
  const selectedIndex = tree.indexOf.get(state.selected) ?? 0;
  const isRunning = data.trace.status === 'running';
  const isOnItsWay = isReading && data.spans.length < data.wantedSpans;
  const isLost = useLinkedSpan(tree.indexOf.has(state.selected), data, isReading, onReadMore);

  // Which rows there are.
  const keepOpen = useMemo(() => (state.selected === traceNodeId ? [] : [state.selected]), [state.selected]);
  const initiallyOpen = useRef(keepOpen);
  const closed = useMemo(() => closedNodes(tree, openness, initiallyOpen.current), [tree, openness]);
  const isInContents = search['in'] === 'contents';
  const contents = useContentsSearch(data.trace.trace_id, state.needle, isInContents);
  const matches = useMemo(
    () => (isInContents ? contents.matchesIn(tree) : structureMatches(tree, state.needle)),
    [isInContents, contents, tree, state.needle],
  );
  const only = useMemo(() => {
    const ofTypes = types && nodesOfTypes(tree, types);
    const ofMatches = state.isOnlyMatches && matches !== undefined ? matches : undefined;
    if (ofTypes === undefined && ofMatches === undefined) return undefined;
    const kept = [...(ofTypes ?? ofMatches ?? [])].filter((node) => ofMatches === undefined || ofMatches.has(node));
    return withAncestors(tree, [0, ...kept]);
  }, [tree, types, matches, state.isOnlyMatches]);
  const rows = useMemo(() => visibleRows(tree, closed, only), [tree, closed, only]);

  // How they are drawn.
  const idle = useMemo(() => idleTime(tree, nowMs), [tree, nowMs]);
  const gaps = state.foldsGaps ? idle.gaps : undefined;
  const scale = useMemo(() => timeScale(window, Math.max(laneWidth, 40), gaps), [window, laneWidth, gaps]);
  const segments = useCriticalPath(tree, nowMs, state.hasCriticalPath);
  const isStacked = leftWidth > 0 && leftWidth < 480;
  const mostTree = Math.max(leastTree, leftWidth - leastLaneByHand);
  const treeByHand = useWidth('treePx', Math.min(460, Math.max(220, leftWidth * 0.44)), leastTree, mostTree);
  const treeWidth = isStacked ? 0 : Math.round(treeByHand.value);
  const hasNumbers = !isStacked && leftWidth - treeWidth >= leastLane && treeWidth >= 300;
  const rowHeight = isStacked ? 48 : isCoarse ? 44 : 28;
  const look: RowLook = useMemo(
    () => ({
      tree,
      traceName: data.trace.name,
      isRunning,
      nowMs,
      scale,
      indentPx,
      deepest: Math.max(3, Math.floor(((isStacked ? leftWidth : treeWidth) - 180) / indentPx)),
      hasNumbers,
      // Narrower, a model would be a letter and a dot.
      hasModels: hasNumbers && treeWidth >= 380,
      isStacked,
      leastBar: isCoarse ? 6 : 3,
      segments,
    }),
    [tree, data.trace.name, isRunning, nowMs, scale, isStacked, leftWidth, treeWidth, hasNumbers, isCoarse, segments],
  );

  // What can be done.
  const selectIndex = useCallback((index: number) => select(tree.ids[index]), [select, tree]);
  const override = useCallback(
    (changes: Iterable<readonly [number, boolean]>) => {
      const next = new Map(openness.overrides);
      for (const [index, isOpen] of changes) next.set(tree.ids[index] as string, isOpen);
      setOverrides(next);
    },
    [openness, setOverrides, tree],
  );
  const toggle = useCallback((index: number) => override([[index, closed[index] === 1]]), [override, closed]);
  const reveal = useCallback(
    (index: number) => {
      const opened: [number, boolean][] = [];
      for (let at = tree.parents[index] as number; at >= 0; at = tree.parents[at] as number)
        if (closed[at] === 1) opened.push([at, true]);
      if (opened.length > 0) override(opened);
      selectIndex(index);
    },
    [tree, closed, override, selectIndex],
  );
  const show = useCallback(
    (next: TimeWindow | undefined) => {
      const isWhole = next === undefined || isAlike(next, extent);
      state.setWindow(isWhole ? undefined : within(next, isWithin(next, extent) ? extent : farExtent));
    },
    [state, extent, farExtent],
  );
  const setWindow = useCallback(
    (next: TimeWindow | undefined) => {
      windows.current = [...windows.current.slice(-50), state.window];
      show(next);
    },
    [state, show],
  );
  // What a wheel or a drag does in one go is one step.
  const moveWindow = useCallback(
    (next: TimeWindow, isNewStep: boolean) => (isNewStep ? setWindow : show)(next),
    [setWindow, show],
  );
  const fit = useCallback(
    (index: number) => {
      const from = tree.starts[index] as number;
      const to = Number.isNaN(tree.ends[index]) ? nowMs - tree.originMs : (tree.ends[index] as number);
      const margin = Math.max((to - from) * 0.05, 0.005);
      const wanted = within({ fromMs: from - margin, toMs: to + margin }, whole);
      setWindow(isAlike(wanted, window) ? undefined : wanted);
    },
    [tree, nowMs, whole, window, setWindow],
  );
  const row = rowOf(rows, selectedIndex);
  const goRow = (to: number) => selectIndex(rows[Math.max(0, Math.min(rows.length - 1, to))] ?? 0);
  const step = (nodes: readonly number[], by: 1 | -1) => {
    const target =
      by === 1 ? nodes.find((node) => node > selectedIndex) : nodes.findLast((node) => node < selectedIndex);
    const wrapped = target ?? (by === 1 ? nodes[0] : nodes.at(-1));
    if (wrapped !== undefined) reveal(wrapped);
  };
  const errors = useMemo(() => failedNodes(tree), [tree]);
  const matchList = useMemo(() => (matches === undefined ? [] : [...matches].sort((a, b) => a - b)), [matches]);
  const groups = useMemo(() => siblingGroups(tree), [tree]);
  const siblings = groups(selectedIndex);
  const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 400) / rowHeight) - 1);

  // With what is in it selected, so that typing takes its place.
  const find = () => {
    searchField.current?.focus();
    searchField.current?.select();
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => goRow(row + 1),
    ArrowUp: () => goRow(row - 1),
    PageDown: () => goRow(row + page),
    PageUp: () => goRow(row - page),
    Home: () => goRow(0),
    End: () => goRow(rows.length - 1),
    ArrowRight: () => {
      if (!isExpandable(tree, selectedIndex)) return;
      if (closed[selectedIndex] === 1) toggle(selectedIndex);
      else goRow(row + 1);
    },
    ArrowLeft: () => {
      if (isExpandable(tree, selectedIndex) && closed[selectedIndex] !== 1 && selectedIndex > 0) toggle(selectedIndex);
      else if (selectedIndex > 0) reveal(tree.parents[selectedIndex] as number);
    },
    Enter: () => document.querySelector<HTMLElement>('[data-panel] [role=tab][aria-selected=true]')?.focus(),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (move === undefined || event.target !== event.currentTarget || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  };
  useShortcuts('Trace', [
    { keys: 'j', label: 'Next row', run: moves['ArrowDown'] as () => void },
    { keys: 'k', label: 'Previous row', run: moves['ArrowUp'] as () => void },
    ...['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'PageDown', 'PageUp', 'Home', 'End'].map((keys) => ({
      keys,
      label: '',
      isAlias: true,
      run: () => {
        const isInWidget = document.activeElement?.closest('[role=tablist], [role=slider], [role=tree], [data-panel]');
        if (isInWidget === null || isInWidget === undefined) moves[keys]?.();
      },
    })),
    { keys: 'Escape', label: 'Back to the tree, then clear the selection', run: () => stepBack() },
    {
      keys: 'o',
      label: 'Open all under this row',
      run: () => override(under(tree, selectedIndex).map((index) => [index, true] as const)),
    },
    {
      keys: 'O',
      label: 'Close the rows beside this one',
      run: () => override(besides(tree, selectedIndex).map((index) => [index, false] as const)),
    },
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((depth) => ({
      keys: String(depth),
      label: depth === 1 ? 'Open to this depth (1 to 9)' : '',
      isAlias: depth > 1,
      run: () => state.setDepth(depth),
    })),
    { keys: 'w', label: 'Zoom in', run: () => setWindow(zoomed(window, whole, middleOf(window), 0.6)) },
    { keys: 's', label: 'Zoom out', run: () => setWindow(zoomed(window, whole, middleOf(window), 1.7)) },
    { keys: 'a', label: 'Earlier', run: () => setWindow(panned(window, whole, -0.2)) },
    { keys: 'd', label: 'Later', run: () => setWindow(panned(window, whole, 0.2)) },
    { keys: 'f', label: 'Fit this row', run: () => fit(selectedIndex) },
    { keys: '0', label: 'Fit the whole trace', run: () => setWindow(undefined) },
    {
      keys: 'Backspace',
      label: 'Take back a zoom',
      run: () => {
        if (windows.current.length > 0) state.setWindow(windows.current.pop());
      },
    },
    { keys: 'e', label: 'Next error', run: () => step(errors, 1) },
    { keys: 'E', label: 'Previous error', run: () => step(errors, -1) },
    { keys: 'n', label: 'Next match', run: () => step(matchList, 1) },
    { keys: 'N', label: 'Previous match', run: () => step(matchList, -1) },
    { keys: ',', label: 'Previous span of this name', run: () => goSibling(-1) },
    { keys: '.', label: 'Next span of this name', run: () => goSibling(1) },
    {
      keys: 'p',
      label: 'Critical path',
      run: () => change({ path: state.hasCriticalPath ? undefined : 'critical' }),
    },
    { keys: 'z', label: 'Fold idle time', run: () => change({ gaps: state.foldsGaps ? undefined : 'folded' }) },
    { keys: '/', label: 'Find in this trace', run: find },
    {
      keys: 'mod+f',
      label: 'Find in this trace',
      isAlias: true,
      // Who presses it again wants the browser's.
      isWanted: () => document.activeElement !== searchField.current,
      run: find,
    },
  ]);
  const goSibling = (by: 1 | -1) => {
    const target = siblings[siblings.indexOf(selectedIndex) + by];
    if (target !== undefined) reveal(target);
  };
  const stepBack = () => {
    if (document.activeElement !== grid.current) grid.current?.focus({ preventScroll: true });
    else if (state.selected !== traceNodeId) select(undefined);
  };
  // The tree has the keyboard when the page opens.
  useEffect(() => grid.current?.focus({ preventScroll: true }), []);

  const panel = (
    <Panel
      data={data}
      tree={tree}
      index={selectedIndex}
      nowMs={nowMs}
      siblings={siblings}
      segments={segments?.get(selectedIndex)}
      onSelect={reveal}
    />
  );
  const template = isStacked ? '1fr' : `${treeWidth}px minmax(0, 1fr)`;
  return (
    <>
      <TraceToolbar
        state={state}
        tree={tree}
        nowMs={nowMs}
        window={window}
        whole={whole}
        onWindow={setWindow}
        onWindowMove={moveWindow}
        errorCount={errors.length}
        onError={() => step(errors, 1)}
        matchCount={matches === undefined ? undefined : matchList.length}
        matchAt={matchList.indexOf(selectedIndex)}
        onMatch={(by) => step(matchList, by)}
        contents={contents}
        searchRef={searchField}
      />
      {idle.isMost && idle.gaps.length > 0 && (
        <StateMessage
          shape="line"
          title={idleTitle(idle)}
          actions={
            <Button
              isPressed={state.foldsGaps}
              onClick={() => change({ gaps: state.foldsGaps ? undefined : 'folded' })}
            >
              Fold idle time (z)
            </Button>
          }
        >
          {gaps !== undefined &&
            `${formatDuration(gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0))} are folded: lengths across a hatched band are not to scale.`}
        </StateMessage>
      )}
      {isLost && (
        <StateMessage
          shape="line"
          title={`The span ${shortId(state.selected)}… of this link is not among those of the trace.`}
        />
      )}
      {tree.farOutside > 0 && (
        <StateMessage
          shape="line"
          title={`${countOf(tree.farOutside, 'span lies', 'spans lie')} far outside this trace’s time.`}
          actions={
            <Button isPressed={isFar} onClick={() => setWindow(isFar ? undefined : farExtent)}>
              Fit {tree.farOutside === 1 ? 'it' : 'them'}
            </Button>
          }
        >
          {!isFar && `${tree.farOutside === 1 ? 'It stands' : 'They stand'} at the edge, marked ‹ or ›.`}
        </StateMessage>
      )}
      <div ref={measureBody} className={styles.body}>
        <div ref={measureLeft} className={styles.left}>
          {data.spans.length === 0 ? (
            <StateMessage title="This trace has no spans.">
              {isRunning ? 'They appear here as they arrive.' : 'Only the trace itself was sent.'}
            </StateMessage>
          ) : (
            <TreeView
              look={look}
              rows={rows}
              closed={closed}
              matches={matches}
              selectedIndex={selectedIndex}
              onSelect={selectIndex}
              onToggle={toggle}
              onFit={fit}
              onKeyDown={onKeyDown}
              window={window}
              whole={whole}
              onWindow={setWindow}
              onWindowMove={moveWindow}
              template={template}
              treeWidth={treeWidth}
              rowHeight={rowHeight}
              laneRef={measureLane}
              gridRef={grid}
            >
              {!isStacked && (
                <Splitter
                  label="Width of the names"
                  width={treeByHand}
                  least={leastTree}
                  most={mostTree}
                  step={16}
                  valueAt={(box, x) => x - box.left}
                  text={`${treeWidth} pixels`}
                  left={treeWidth}
                />
              )}
            </TreeView>
          )}
        </div>
        {isWide ? (
          <>
            <Splitter
              label="Width of the panel"
              width={panelWidth}
              least={leastPanelPercent}
              most={mostPanelPercent}
              step={2}
              isReversed
              valueAt={(box, x) => ((box.right - x) / box.width) * 100}
              text={`${Math.round(panelWidth.value)} percent`}
            />
            <aside
              className={styles.panel}
              style={{ width: `${panelWidth.value}%` }}
              aria-label="The selected span"
              data-panel
            >
              {panel}
            </aside>
          </>
        ) : (
          search['span'] !== undefined && (
            <Dialog
              title={nameOfNode(tree, selectedIndex, data.trace.name, isRunning)}
              shape="sheet"
              isOpen
              onClose={() => select(undefined)}
            >
              <div data-panel>{panel}</div>
            </Dialog>
          )
        )}
      </div>
      {data.cursor !== undefined && (
        // Below the rows, which stay where they are when it goes.
        <div className={styles.foot}>
          <StateMessage
            shape="line"
            title={`${formatExact(data.spans.length)} of ${formatExact(data.spanCount)} spans loaded.`}
            actions={isOnItsWay ? undefined : <Button onClick={onReadMore}>Load more</Button>}
          >
            {isOnItsWay
              ? 'More are on their way.'
              : failure === null
                ? 'Totals cover all.'
                : `The next could not be loaded. ${failure.message}`}
          </StateMessage>
        </div>
      )}
    </>
  );
}

/** Never rounded to all of the time: something ran. */
const idleTitle = ({ idleMs, lengthMs }: IdleTime): string =>
  `${formatDuration(lengthMs)}, ${formatPercent(Math.min(idleMs / lengthMs, 0.99))} idle.`;

const middleOf = ({ fromMs, toMs }: TimeWindow): number => (fromMs + toMs) / 2;

function nodesWhere(tree: SpanTree, holds: (index: number) => boolean): readonly number[] {
  const nodes: number[] = [];
  for (let index = 0; index < tree.size; index++) if (holds(index)) nodes.push(index);
  return nodes;
}

/** Asked of the counts first: most subtrees have none, and their spans need not be looked at. */
const failedNodes = (tree: SpanTree): readonly number[] =>
  nodesWhere(tree, (index) => tree.errorCounts[index] !== 0 && tree.spans[index]?.status === 'error');

function structureMatches(tree: SpanTree, needle: string): ReadonlySet<number> | undefined {
  const wanted = needle.trim().toLowerCase();
  if (wanted === '') return undefined;
  const has = (text: string | undefined) => text?.toLowerCase().includes(wanted) === true;
  return new Set(
    nodesWhere(tree, (index) => {
      const span = tree.spans[index];
      if (span === undefined) return false;
      const { name, span_type, model, span_id, error, error_type } = span;
      return [name, span_type, model, error, error_type].some(has) || span_id.startsWith(wanted);
    }),
  );
}

const nodesOfTypes = (tree: SpanTree, types: ReadonlySet<string>): ReadonlySet<number> =>
  new Set(nodesWhere(tree, (index) => types.has(tree.types[index] ?? '')));

/**
 * Finds the spans of the same type and name, in order of time. Each group is looked for once: who holds a key down comes back to
 * the same few names again and again.
 */
function siblingGroups(tree: SpanTree): (index: number) => readonly number[] {
  const groups = new Map<string, readonly number[]>();
  return (index) => {
    const span = tree.spans[index];
    if (span === undefined) return [];
    const name = `${span.span_type} ${span.name}`;
    const known = groups.get(name);
    if (known !== undefined) return known;
    const group = [...tree.inTime].filter((other) => {
      const it = tree.spans[other];
      return it?.name === span.name && it.span_type === span.span_type;
    });
    groups.set(name, group);
    return group;
  };
}

const under = (tree: SpanTree, index: number): readonly number[] =>
  nodesWhere(tree, (at) => at >= index && at < (tree.subtreeEnds[index] as number) && isExpandable(tree, at));

const besides = (tree: SpanTree, index: number): readonly number[] =>
  nodesWhere(tree, (at) => at !== index && tree.parents[at] === tree.parents[index] && isExpandable(tree, at));
