import {
  ChevronDown,
  ChevronRight,
  CircleAlert,
  CircleDashed,
  ClockAlert,
  Layers,
  ListTree,
  Scissors,
} from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { PathSegment } from '../../model/critical-path.ts';
import { formatExact, formatOffset } from '../../model/format.ts';
import {
  durationText,
  firstTokenMs,
  foldText,
  nameOfNode,
  shownEnd,
  skewText,
  spokenName,
  usageText,
} from '../../model/row-facts.ts';
import { msOf } from '../../model/span-time.ts';
import type { SpanTree } from '../../model/span-tree.ts';
import type { TimeScale } from '../../model/time-scale.ts';
import { PayloadText } from '../parts/payload-text.tsx';
import { SpanIcon } from '../parts/span-icon.tsx';
import styles from './tree-row.module.css';

export interface RowLook {
  readonly tree: SpanTree;
  readonly traceName: string;
  readonly isRunning: boolean;
  readonly nowMs: number;
  readonly scale: TimeScale;
  readonly indentPx: number;
  /** Rows deeper than this share its indent. */
  readonly deepest: number;
  readonly hasNumbers: boolean;
  readonly hasModels: boolean;
  readonly isStacked: boolean;
  readonly leastBar: number;
  /** By node; undefined where the critical path is not shown. */
  readonly segments: ReadonlyMap<number, readonly PathSegment[]> | undefined;
}

interface TreeRowProps {
  readonly index: number;
  readonly look: RowLook;
  readonly isClosed: boolean;
  readonly isMatch: boolean;
  readonly onToggle: (index: number) => void;
  readonly onFit: (index: number) => void;
}

/** A row of the tree with its bar: what, how much, when. */
export const TreeRow = memo(function TreeRow({ index, look, isClosed, isMatch, onToggle, onFit }: TreeRowProps) {
  const { tree, traceName, isRunning, indentPx, deepest, hasNumbers } = look;
  const span = tree.spans[index];
  const kind = tree.kinds[index];
  const depth = tree.depths[index] as number;
  const hasChildren = (tree.subtreeEnds[index] as number) > index + 1;
  const indent = Math.min(depth, deepest) * indentPx;
  const errors = tree.errorCounts[index] as number;
  const hiddenErrors = errors - (span?.status === 'error' ? 1 : 0);
  const name = nameOfNode(tree, index, traceName, isRunning);
  const { tokens, cost } = usageText(tree, index, isClosed && hasChildren);
  const skew = skewText(tree, index);

  return (
    <>
      <div className={styles.name} style={{ paddingLeft: 8 + indent }} role="gridcell">
        {depth > 1 && <span className={styles.guides} style={{ width: indent }} aria-hidden />}
        {depth > deepest && <span className={styles.depth}>⋯{depth}</span>}
        <button
          type="button"
          tabIndex={-1}
          aria-hidden={!hasChildren}
          aria-label={isClosed ? 'Open' : 'Close'}
          className={hasChildren ? styles.chevron : styles.leaf}
          onClick={(event) => {
            event.stopPropagation();
            if (hasChildren) onToggle(index);
          }}
        >
          {hasChildren && (isClosed ? <ChevronRight size={16} /> : <ChevronDown size={16} />)}
        </button>
        <NodeIcon kind={kind} type={span?.span_type} />
        {span?.status === 'error' && <CircleAlert size={14} className={styles.error} aria-hidden />}
        {isClosed && hiddenErrors > 0 && (
          <span className={styles.hiddenErrors} title={`${formatExact(hiddenErrors)} failed inside`}>
            {formatExact(hiddenErrors)}
          </span>
        )}
        <span className={isMatch ? styles.match : styles.text}>
          <PayloadText text={name} />
        </span>
        {kind === 'fold' && <span className={styles.fold}>{foldText(tree, index)}</span>}
        {isClosed && hasChildren && kind !== 'fold' && (
          <span className={styles.more}>+{formatExact(tree.spanCounts[index] as number)}</span>
        )}
        {span?.model !== undefined && look.hasModels && (
          <span className={styles.model}>
            <PayloadText text={span.model.replace(/^.*\//, '')} />
          </span>
        )}
        {span?.truncated !== undefined && span.truncated.length > 0 && (
          <span className={styles.cut} title="Cut when it was sent">
            <Scissors size={14} aria-label="cut when it was sent" />
          </span>
        )}
        {tree.cycleCuts.has(tree.ids[index] as string) && <span className={styles.note}>in a circle of parents</span>}
        {skew !== undefined && (
          <span className={styles.cut} title={skew}>
            <ClockAlert size={14} aria-label={skew} />
          </span>
        )}
        {hasNumbers && (
          <>
            <span className={styles.tokens}>{tokens}</span>
            <span className={styles.cost}>{cost}</span>
          </>
        )}
      </div>
      <div
        className={styles.lane}
        aria-hidden
        onDoubleClick={() => onFit(index)}
        title={`${name}: ${formatOffset(tree.starts[index] as number)}, ${durationText(tree, index, look.nowMs)}`}
      >
        <Bar index={index} look={look} isClosed={isClosed && hasChildren} />
      </div>
    </>
  );
});

function NodeIcon({
  kind,
  type,
}: {
  readonly kind: SpanTree['kinds'][number] | undefined;
  readonly type: Parameters<typeof SpanIcon>[0]['type'] | undefined;
}) {
  if (type !== undefined) return <SpanIcon type={type} />;
  if (kind === 'missing') return <CircleDashed size={14} className={styles.missing} aria-hidden />;
  const Icon = kind === 'fold' ? Layers : ListTree;
  return <Icon size={14} strokeWidth={1.75} className={styles.trace} aria-hidden />;
}

const labelRoomPx = 64;
const tickRoomPx = 2;

/** The time of a row, drawn to the truth: it starts where it started, and is never thinner than can be seen. */
function Bar({
  index,
  look,
  isClosed,
}: {
  readonly index: number;
  readonly look: RowLook;
  readonly isClosed: boolean;
}): ReactNode {
  const { tree, scale, nowMs, leastBar, segments } = look;
  const startMs = tree.starts[index] as number;
  const { ms: endMs, state } = shownEnd(tree, index, nowMs);
  const span = tree.spans[index];
  const { width } = scale;
  const x = scale.toX(startMs);
  const end = scale.toX(endMs);
  const parts: ReactNode[] = [];

  if (isClosed) {
    const [fromMs, toMs] = hiddenExtent(tree, index, nowMs);
    const whiskers = clip(scale.toX(fromMs), scale.toX(toMs), width);
    if (whiskers !== undefined)
      parts.push(
        <span key="whiskers" className={styles.whiskers} style={{ left: whiskers.x, width: whiskers.width }} />,
      );
  }
  if (startMs > scale.window.toMs)
    return (
      <>
        {parts}
        <span className={styles.outside} style={{ right: 2 }}>
          ›
        </span>
      </>
    );
  if (endMs < scale.window.fromMs)
    return (
      <>
        {parts}
        <span className={styles.outside} style={{ left: 2 }}>
          ‹
        </span>
      </>
    );

  const isPoint = endMs === startMs;
  const bar = clip(x, isPoint ? x + leastBar : Math.max(end, x + leastBar), width) ?? { x: 0, width: leastBar };
  const isOffPath = segments !== undefined && !segments.has(index);
  const look2 = [
    styles.bar,
    typeClass(tree, index),
    state === 'running' ? styles.openEnd : '',
    state === 'endless' ? styles.noEnd : '',
    isPoint ? styles.point : '',
    isOffPath ? styles.offPath : '',
  ].join(' ');
  parts.push(<span key="bar" className={look2} style={{ left: bar.x, width: bar.width }} />);

  const firstMs = firstTokenMs(tree, index);
  if (firstMs !== undefined && firstMs > startMs && firstMs <= endMs) {
    const waiting = clip(x, scale.toX(firstMs), width);
    if (waiting !== undefined && waiting.width >= 3)
      parts.push(
        <span
          key="waiting"
          className={styles.waiting}
          style={{ left: bar.x + 1, width: Math.min(waiting.width, bar.width) - 1 }}
        />,
      );
    const at = scale.toX(firstMs);
    if (at >= 0 && at <= width) parts.push(<span key="first" className={styles.first} style={{ left: at }} />);
  }
  if (span?.status === 'error') {
    const cap = bar.width < 8 ? bar.width : 4;
    parts.push(<span key="error" className={styles.cap} style={{ left: bar.x + bar.width - cap, width: cap }} />);
  }
  for (const [at, event] of (span?.events ?? []).slice(0, 50).entries()) {
    const place = scale.toX(msOf(event.time) - tree.originMs);
    if (place >= 0 && place <= width)
      parts.push(<span key={`event ${at}`} className={styles.event} style={{ left: place }} />);
  }
  for (const [at, segment] of (segments?.get(index) ?? []).entries()) {
    const line = clip(scale.toX(segment.fromMs), scale.toX(segment.toMs), width);
    if (line !== undefined)
      parts.push(
        <span key={`path ${at}`} className={styles.path} style={{ left: line.x, width: Math.max(1, line.width) }} />,
      );
  }

  const label = durationText(tree, index, nowMs);
  const right = bar.x + bar.width + 6;
  if (right + labelRoomPx <= width)
    parts.push(
      <span key="label" className={styles.label} style={{ left: right }}>
        {label}
      </span>,
    );
  else if (bar.x >= labelRoomPx)
    parts.push(
      <span key="label" className={styles.label} style={{ right: width - bar.x + 6 }}>
        {label}
      </span>,
    );
  return parts;
}

/** A stretch as far as it lies in the lane. */
function clip(from: number, to: number, width: number): { readonly x: number; readonly width: number } | undefined {
  const x = Math.max(0, Math.min(from, width - tickRoomPx));
  const end = Math.min(width, to);
  return end < 0 || from > width ? undefined : { x, width: Math.max(end - x, tickRoomPx) };
}

function hiddenExtent(tree: SpanTree, index: number, nowMs: number): readonly [number, number] {
  let from = tree.starts[index] as number;
  let to = shownEnd(tree, index, nowMs).ms;
  for (let child = index + 1; child < (tree.subtreeEnds[index] as number); child++) {
    from = Math.min(from, tree.starts[child] as number);
    if (!Number.isNaN(tree.ends[child])) to = Math.max(to, tree.ends[child] as number);
  }
  return [from, to];
}

function typeClass(tree: SpanTree, index: number): string {
  const type =
    tree.spans[index]?.span_type ?? (tree.kinds[index] === 'fold' ? tree.spans[index + 1]?.span_type : undefined);
  if (tree.kinds[index] === 'trace') return styles.ofTrace ?? '';
  return styles[type ?? 'other'] ?? '';
}

/** The name of a row for those who do not see it. */
export const rowName = ({ tree, traceName, isRunning, nowMs }: RowLook, index: number): string =>
  spokenName(tree, index, nameOfNode(tree, index, traceName, isRunning), nowMs);
