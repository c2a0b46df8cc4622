import { Link } from '@tanstack/react-router';
import type { TraceTree } from '../../api/trace-tree.ts';
import { deltaOf, describeCost, describeDuration, describeTokens, floors } from '../../model/compare/delta.ts';
import { formatCount, formatDuration, shortId } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import { usePageSession } from '../../session-context.ts';
import { ListTime } from '../groups/group-cells.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { StatusMark } from '../parts/status-mark.tsx';
import styles from './compare-page.module.css';
import { DeltaText } from './delta-text.tsx';

interface CompareHeaderProps {
  readonly treeA: TraceTree;
  readonly treeB: TraceTree;
}

/** Which two traces are compared, what each came to, and by how much B differs. */
export function CompareHeader({ treeA: { trace: a }, treeB: { trace: b } }: CompareHeaderProps) {
  const tokens = deltaOf(tokensOf(a), tokensOf(b), floors.tokens);
  const duration = deltaOf(a.duration_ms, b.duration_ms, floors.durationMs);
  // Of a sum with unknown parts no difference can be told.
  const isPriced = a.unpriced_count === 0 && b.unpriced_count === 0;
  const cost = isPriced ? deltaOf(a.total_cost, b.total_cost, floors.cost) : undefined;
  return (
    <div className={styles.header}>
      <Side letter="A" trace={a} />
      <Side letter="B" trace={b} />
      <dl className={styles.deltas}>
        <dt>Duration</dt>
        <dd>
          <DeltaText delta={duration} text={describeDuration(duration)} />
        </dd>
        <dt>Tokens</dt>
        <dd>
          <DeltaText delta={tokens} text={describeTokens(tokens)} />
        </dd>
        <dt>Cost</dt>
        <dd>
          <DeltaText delta={cost} text={isPriced ? describeCost(cost) : 'not known'} />
        </dd>
      </dl>
    </div>
  );
}

function Side({ letter, trace }: { readonly letter: 'A' | 'B'; readonly trace: TraceTree['trace'] }) {
  const { project } = usePageSession();
  return (
    <div className={styles.side}>
      <span className={styles.letter}>{letter}</span>
      <StatusMark status={trace.status} />
      <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} search={{ project } as never}>
        <PayloadText text={trace.name} /> <code>{shortId(trace.trace_id)}</code>
      </Link>
      <span className={styles.sideFacts}>
        <ListTime time={trace.start_time} /> · {formatDuration(trace.duration_ms)} · {formatCount(tokensOf(trace))}{' '}
        tokens · {costText(trace)}
        {trace.release !== undefined && (
          <>
            {' '}
            · release <PayloadText text={trace.release} />
          </>
        )}
      </span>
    </div>
  );
}
