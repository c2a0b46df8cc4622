import type { SpanRecord } from 'llm-tracer/schema';
import { useMemo, useState } from 'react';
import { formatExact, formatOffset } from '../../../model/format.ts';
import { durationText } from '../../../model/row-facts.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { transcriptSteps } from '../../../model/transcript.ts';
import { Button } from '../../parts/button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { SpanIcon } from '../../parts/span-icon.tsx';
import { StateMessage } from '../../parts/state-message.tsx';
import styles from './tabs.module.css';
import { TranscriptAgent } from './transcript-agent.tsx';
import { TranscriptCall } from './transcript-call.tsx';

interface TranscriptTabProps {
  readonly tree: SpanTree;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
}

const pageSize = 20;

/** The run as it was said: each model call with what it brought that was new, each tool with what became of it, in time order. */
export function TranscriptTab(props: TranscriptTabProps) {
  return <Steps {...props} root={0} />;
}

interface StepsProps extends TranscriptTabProps {
  /** The trace, or an agent. */
  readonly root: number;
}

function Steps({ tree, nowMs, onSelect, root }: StepsProps) {
  const [shown, setShown] = useState(pageSize);
  const steps = useMemo(() => transcriptSteps(tree, root), [tree, root]);
  if (steps.length === 0) return <StateMessage title="No model call in this trace." />;
  return (
    <>
      {steps.slice(0, shown).map(({ index, isAgent }, at) => {
        const span = tree.spans[index] as SpanRecord;
        const spanOf = (step: { readonly index: number } | undefined) => step && tree.spans[step.index];
        const isCall = (step: { readonly index: number }) => spanOf(step)?.span_type === 'llm';
        return (
          <section key={span.span_id} className={styles.section}>
            <header className={styles.head}>
              <SpanIcon type={span.span_type} />
              <Button look="quiet" onClick={() => onSelect(index)}>
                <PayloadText text={span.name} />
              </Button>
              <span className={styles.muted}>
                {formatOffset(tree.starts[index] as number)} · {durationText(tree, index, nowMs)}
              </span>
              {span.error !== undefined && (
                <span className={styles.failed}>
                  <PayloadText text={span.error} />
                </span>
              )}
            </header>
            {isAgent && (
              <TranscriptAgent tree={tree} index={index} span={span}>
                <Steps tree={tree} nowMs={nowMs} onSelect={onSelect} root={index} />
              </TranscriptAgent>
            )}
            {span.span_type === 'llm' && (
              <TranscriptCall
                tree={tree}
                index={index}
                nowMs={nowMs}
                onSelect={onSelect}
                span={span}
                before={spanOf(steps.slice(0, at).findLast(isCall))}
                after={spanOf(steps.slice(at + 1).find(isCall))}
              />
            )}
          </section>
        );
      })}
      {steps.length > shown && (
        <Button onClick={() => setShown(shown + pageSize)}>
          Show {formatExact(Math.min(pageSize, steps.length - shown))} of {formatExact(steps.length - shown)} more
        </Button>
      )}
    </>
  );
}
