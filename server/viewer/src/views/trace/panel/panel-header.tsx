import { useNavigate } from '@tanstack/react-router';
import type { SpanRecord } from 'llm-tracer/schema';
import { Ellipsis, ListTree } from 'lucide-react';
import type { TraceTree } from '../../../api/trace-tree.ts';
import { curlOf, fixtureOf } from '../../../model/copy-forms.ts';
import type { PathSegment } from '../../../model/critical-path.ts';
import { finishText } from '../../../model/finish-reason.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatExact,
  formatMoment,
  formatMomentFully,
  formatOffset,
} from '../../../model/format.ts';
import { durationText, firstTokenMs, nameOfNode, skewText } from '../../../model/row-facts.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { usePreferences } from '../../../preferences.ts';
import { usePageSession } from '../../../session-context.ts';
import { IconButton } from '../../parts/button.tsx';
import { Menu } from '../../parts/menu.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { SpanIcon } from '../../parts/span-icon.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import styles from './panel-header.module.css';

interface PanelHeaderProps {
  readonly data: TraceTree;
  readonly tree: SpanTree;
  readonly index: number;
  readonly nowMs: number;
  readonly siblings: readonly number[];
  readonly segments: readonly PathSegment[] | undefined;
  /** The span with its payloads, as far as they are there; undefined for the trace. */
  readonly whole: SpanRecord | undefined;
}

/** The name, state, time, tokens and cost of what is selected; its error, if it failed; and what can be copied. */
export function PanelHeader({ data, tree, index, nowMs, siblings, segments, whole }: PanelHeaderProps) {
  const { zone } = usePreferences();
  const { project } = usePageSession();
  const navigate = useNavigate();
  const { trace } = data;
  const record = whole ?? trace;
  const isRunning = trace.status === 'running';
  const name = nameOfNode(tree, index, trace.name, isRunning);
  const startMs = tree.starts[index] as number;
  const first = firstTokenMs(tree, index);
  const skew = skewText(tree, index);
  const at = siblings.indexOf(index);
  const onPathMs = segments?.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const finish = finishText(whole?.finish_reason);
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  const id = whole?.span_id ?? trace.trace_id;

  return (
    <div className={styles.header}>
      <div className={styles.title}>
        {whole === undefined ? (
          <ListTree size={16} strokeWidth={1.75} aria-hidden />
        ) : (
          <SpanIcon type={whole.span_type} size={16} />
        )}
        <h2>
          <PayloadText text={name} />
        </h2>
        <StatusMark status={record.status} />
        <span className={styles.duration}>{durationText(tree, index, nowMs)}</span>
        {siblings.length > 1 && (
          <span className={styles.muted}>
            {formatExact(at + 1)} of {formatExact(siblings.length)} <PayloadText text={name} />
          </span>
        )}
        <span className={styles.menu}>
          <Menu
            align="end"
            trigger={
              <IconButton label="Copy and more">
                <Ellipsis size={16} />
              </IconButton>
            }
            actions={[
              { label: 'Copy id', run: () => copy(id) },
              { label: 'Copy link', keys: 'y', run: () => copy(location.href) },
              ...(whole?.span_type === 'llm' ? [{ label: 'Copy as cURL', run: () => copy(curlOf(whole)) }] : []),
              ...(whole === undefined ? [] : [{ label: 'Copy as test fixture', run: () => copy(fixtureOf(whole)) }]),
              { label: 'Copy record as JSON', run: () => copy(JSON.stringify(record, undefined, 2)) },
              { label: 'Download record', run: () => download(`${id}.json`, JSON.stringify(record, undefined, 2)) },
              'separator',
              {
                label: 'Compare this trace with…',
                keys: 'x',
                run: () =>
                  void navigate({
                    to: `/compare/${encodeURIComponent(trace.trace_id)}`,
                    search: { project },
                  } as never),
              },
            ]}
          />
        </span>
      </div>
      <p className={styles.facts}>
        <span title={formatMomentFully(record.start_time, new Date(nowMs))}>
          {formatOffset(startMs)} · {formatMoment(record.start_time, zone)}
        </span>
        {first !== undefined && <span>TTFT {formatDuration(first - startMs)}</span>}
        {whole !== undefined && (whole.tokens_input ?? whole.tokens_output) !== undefined && (
          <span>
            {formatCount(whole.tokens_input)} → {formatCount(whole.tokens_output)} tokens
          </span>
        )}
        {whole?.cost_usd !== undefined && <span>{formatCost(whole.cost_usd)}</span>}
        {onPathMs !== undefined && (
          <span>
            {formatDuration(onPathMs)} of {durationText(tree, index, nowMs)} on the path
          </span>
        )}
      </p>
      {whole?.model !== undefined && (
        <p className={styles.muted}>
          <PayloadText text={whole.model} />
          {whole.requested_model !== undefined && whole.requested_model !== whole.model && (
            <>
              , asked for <PayloadText text={whole.requested_model} />
            </>
          )}
          {whole.provider !== undefined && (
            <>
              {' '}
              · <PayloadText text={whole.provider} />
            </>
          )}
          {whole.prompt_name !== undefined && (
            <>
              {' '}
              · prompt <PayloadText text={whole.prompt_name} /> <PayloadText text={whole.prompt_version ?? ''} />
            </>
          )}
        </p>
      )}
      {skew !== undefined && <p className={styles.warning}>{skew}</p>}
      {finish !== undefined && <p className={styles.warning}>{finish}</p>}
      {tree.cycleCuts.has(whole?.span_id ?? '') && (
        <p className={styles.warning}>Its parents form a circle, which is cut here.</p>
      )}
      {record.error !== undefined && (
        <div className={styles.error}>
          {record.error_type !== undefined && (
            <strong>
              <PayloadText text={record.error_type} />:{' '}
            </strong>
          )}
          <PayloadText text={record.error} />
          {record.error_stack !== undefined && (
            <details>
              <summary>Stack</summary>
              <pre>
                <PayloadText text={record.error_stack} />
              </pre>
            </details>
          )}
        </div>
      )}
    </div>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
