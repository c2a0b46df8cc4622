import type { SpanType } from 'llm-tracer/schema';
import { ArrowDown, ArrowUp, CircleAlert, Maximize, Route, Search } from 'lucide-react';
import { type RefObject, useMemo } from 'react';
import { countOf, formatExact } from '../../model/format.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import { spanTypes } from '../../model/span-types.ts';
import type { TimeWindow } from '../../model/time-scale.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Menu } from '../parts/menu.tsx';
import { SpanIcon } from '../parts/span-icon.tsx';
import { Minimap } from './minimap.tsx';
import styles from './trace-toolbar.module.css';
import type { ContentsSearch } from './use-contents-search.ts';
import type { TraceState } from './use-trace-state.ts';

interface TraceToolbarProps {
  readonly state: TraceState;
  readonly tree: SpanTree;
  readonly nowMs: number;
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly onWindow: (window: TimeWindow | undefined) => void;
  readonly onWindowMove: (window: TimeWindow, isNewStep: boolean) => void;
  readonly errorCount: number;
  readonly onError: () => void;
  /** Undefined while nothing is searched. */
  readonly matchCount: number | undefined;
  readonly matchAt: number;
  readonly onMatch: (by: 1 | -1) => void;
  readonly contents: ContentsSearch;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

/** What can be done with the tree: find, narrow, follow, zoom. */
export function TraceToolbar(props: TraceToolbarProps) {
  const { state, tree, nowMs, window, whole, onWindow, onWindowMove, errorCount, onError } = props;
  const { change, types, hasCriticalPath } = state;
  const present = useMemo(() => typesIn(tree), [tree]);
  const toggleType = (type: (typeof spanTypes)[number]) => {
    const next = new Set(types ?? present);
    if (!next.delete(type)) next.add(type);
    change({ types: next.size === present.length ? undefined : [...next].join(',') });
  };
  return (
    <div className={styles.toolbar}>
      <FindField {...props} />
      <Menu
        trigger={<Button isPressed={types !== undefined}>Types</Button>}
        actions={[
          ...present.map((type) => ({
            label: (
              <span className={styles.type}>
                <SpanIcon type={type} /> {type}
              </span>
            ),
            isChosen: types === undefined || types.has(type),
            run: () => toggleType(type),
          })),
          'separator',
          { label: 'All types', run: () => change({ types: undefined }) },
        ]}
      />
      <Button disabled={errorCount === 0} onClick={onError}>
        <CircleAlert size={14} strokeWidth={1.75} aria-hidden />{' '}
        {errorCount === 0 ? 'No errors' : countOf(errorCount, 'error')}
        <kbd aria-hidden>e</kbd>
      </Button>
      <Button
        isPressed={hasCriticalPath}
        title="What everything waited for, presuming that parents wait for their children"
        onClick={() => change({ path: hasCriticalPath ? undefined : 'critical' })}
      >
        <Route size={14} strokeWidth={1.75} aria-hidden /> Critical path <kbd aria-hidden>p</kbd>
      </Button>
      <IconButton label="Fit the whole trace" onClick={() => onWindow(undefined)}>
        <Maximize size={14} strokeWidth={1.75} />
      </IconButton>
      <Minimap tree={tree} nowMs={nowMs} window={window} whole={whole} onWindowMove={onWindowMove} />
    </div>
  );
}

function typesIn(tree: SpanTree): readonly SpanType[] {
  const types = new Set(tree.types);
  return spanTypes.filter((type) => types.has(type));
}

function FindField({ state, matchCount, matchAt, onMatch, contents, searchRef }: TraceToolbarProps) {
  const { change, needle, isOnlyMatches, search } = state;
  const isInContents = search['in'] === 'contents';
  return (
    <search className={styles.find}>
      <Search size={14} strokeWidth={1.75} aria-hidden />
      <input
        ref={searchRef}
        type="search"
        aria-label="Find in this trace"
        placeholder="Find in trace"
        spellCheck={false}
        value={needle}
        onChange={(event) => change({ q: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onMatch(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') {
            event.stopPropagation();
            event.currentTarget.blur();
          }
        }}
      />
      {needle !== '' && (
        <>
          <span className={styles.count} role="status">
            {contents.progress ??
              (matchCount === undefined
                ? ''
                : matchAt >= 0
                  ? `${formatExact(matchAt + 1)} of ${formatExact(matchCount)}`
                  : countOf(matchCount, 'match', 'matches'))}
          </span>
          <IconButton label="Previous match" onClick={() => onMatch(-1)}>
            <ArrowUp size={14} />
          </IconButton>
          <IconButton label="Next match" onClick={() => onMatch(1)}>
            <ArrowDown size={14} />
          </IconButton>
          <Button
            look="quiet"
            isPressed={isInContents}
            onClick={() => change({ in: isInContents ? undefined : 'contents' })}
          >
            Contents
          </Button>
          <Button
            look="quiet"
            isPressed={isOnlyMatches}
            onClick={() => change({ show: isOnlyMatches ? undefined : 'matches' })}
          >
            Only matches
          </Button>
        </>
      )}
    </search>
  );
}
