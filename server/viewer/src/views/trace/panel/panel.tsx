import { useQuery } from '@tanstack/react-query';
import { type SpanRecord, TraceAnswer, type TraceRecord } from 'llm-tracer/schema';
import { Suspense, useEffect, useMemo, useRef } from 'react';
import { spanQuery } from '../../../api/queries.ts';
import { request } from '../../../api/request.ts';
import type { TraceTree } from '../../../api/trace-tree.ts';
import { messagesOf } from '../../../model/chat-messages.ts';
import type { PathSegment } from '../../../model/critical-path.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { NewestMap } from '../../../newest-map.ts';
import { usePageSession } from '../../../session-context.ts';
import { useShortcuts } from '../../../shortcuts.ts';
import { useUrlState } from '../../../url-state.ts';
import { LazyJsonView } from '../../json/lazy-json-view.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { ErrorMessage, LoadingRows } from '../../parts/state-message.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { MessagesTab } from './messages-tab.tsx';
import styles from './panel.module.css';
import { PanelHeader } from './panel-header.tsx';

// What a model call opens with is its messages; the other tabs follow.
const { Part: InputOutputTab } = lazyPart(() => import('./input-output-tab.tsx').then((part) => part.InputOutputTab));
const { Part: TranscriptTab } = lazyPart(() => import('./transcript-tab.tsx').then((part) => part.TranscriptTab));
const { Part: UsageTab } = lazyPart(() => import('./usage-tab.tsx').then((part) => part.UsageTab));
const { Part: TraceUsageTab } = lazyPart(() => import('./usage-tab.tsx').then((part) => part.TraceUsageTab));
const { Part: EventsTab } = lazyPart(() => import('./events-tab.tsx').then((part) => part.EventsTab));
const { Part: MetaTab } = lazyPart(() => import('./meta-tab.tsx').then((part) => part.MetaTab));
const { Part: ScoresTab } = lazyPart(() => import('./scores-tab.tsx').then((part) => part.ScoresTab));

interface PanelProps {
  readonly data: TraceTree;
  readonly tree: SpanTree;
  /** The selected node. */
  readonly index: number;
  readonly nowMs: number;
  /** The spans of the same type and name, in order of time. */
  readonly siblings: readonly number[];
  /** Where the critical path goes through it, if that is shown. */
  readonly segments: readonly PathSegment[] | undefined;
  readonly onSelect: (index: number) => void;
}

interface PanelTab {
  readonly id: string;
  readonly label: string;
}

/** What is known of the selected row: the trace itself, or one of its spans. */
export function Panel(props: PanelProps) {
  const { tree, index } = props;
  const span = tree.spans[index];
  if (span === undefined) return <TracePanel {...props} />;
  return <SpanPanel {...props} span={span} />;
}

function SpanPanel(props: PanelProps & { readonly span: SpanRecord }) {
  const { span } = props;
  const { key } = usePageSession();
  const isFinished = span.end_time !== undefined;
  const query = useQuery({
    ...spanQuery(key, span.span_id),
    staleTime: isFinished ? 60_000 : 0,
    refetchInterval: isFinished ? false : 4_000,
  });
  const whole = query.data ?? span;
  const hasMessages = useMemo(
    () => messagesOf(whole.input_data) !== undefined || messagesOf(whole.output_data) !== undefined,
    [whole],
  );
  const tabs: PanelTab[] = [
    ...(hasMessages || (span.span_type === 'llm' && query.data === undefined)
      ? [{ id: 'messages', label: 'Messages' }]
      : []),
    { id: 'io', label: 'Input/Output' },
    { id: 'usage', label: 'Usage' },
    { id: 'events', label: 'Events' },
    { id: 'meta', label: 'Meta' },
    { id: 'scores', label: 'Scores' },
    { id: 'raw', label: 'Raw' },
  ];
  const tab = useTab(tabs, span.span_type);
  return (
    <>
      <PanelHeader {...props} whole={whole} />
      <PanelTabs tabs={tabs} tab={tab} scrollKey={span.span_id}>
        {query.isError ? (
          <ErrorMessage what="this span" error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined && ['messages', 'io', 'raw', 'meta', 'events'].includes(tab.current) ? (
          <LoadingRows rows={6} rowHeight={28} />
        ) : (
          <>
            {tab.current === 'messages' && <MessagesTab {...props} whole={whole} />}
            {tab.current === 'io' && (
              <InputOutputTab record={whole} input={whole.input_data} output={whole.output_data} />
            )}
            {tab.current === 'usage' && <UsageTab span={whole} />}
            {tab.current === 'events' && <EventsTab span={whole} originMs={props.tree.originMs} />}
            {tab.current === 'meta' && <MetaTab record={whole} />}
            {tab.current === 'scores' && <ScoresTab data={props.data} spanId={span.span_id} />}
            {tab.current === 'raw' && (
              <LazyJsonView key={span.span_id} value={whole} label="Raw record" mostHeight={640} />
            )}
          </>
        )}
      </PanelTabs>
    </>
  );
}

function TracePanel(props: PanelProps) {
  const { data } = props;
  const { key, project } = usePageSession();
  const { trace } = data;
  const query = useQuery({
    queryKey: ['project', project, 'trace-payload', trace.trace_id, trace.status],
    queryFn: ({ signal }) =>
      request(`/api/traces/${encodeURIComponent(trace.trace_id)}`, TraceAnswer, {
        key: key.key,
        query: { limit: 1 },
        signal,
      }),
  });
  const whole: TraceRecord = query.data?.trace ?? trace;
  const tabs: PanelTab[] = [
    { id: 'messages', label: 'Messages' },
    { id: 'io', label: 'Input/Output' },
    { id: 'usage', label: 'Usage' },
    { id: 'meta', label: 'Meta' },
    { id: 'scores', label: 'Scores' },
    { id: 'raw', label: 'Raw' },
  ];
  const hasCalls = data.spans.some(({ span_type }) => span_type === 'llm');
  const tab = useTab(hasCalls ? tabs : tabs.slice(1), 'trace');
  return (
    <>
      <PanelHeader {...props} whole={undefined} />
      <PanelTabs tabs={hasCalls ? tabs : tabs.slice(1)} tab={tab} scrollKey={trace.trace_id}>
        {tab.current === 'messages' && <TranscriptTab {...props} />}
        {tab.current === 'io' && <InputOutputTab record={whole} input={whole.input} output={whole.output} />}
        {tab.current === 'usage' && <TraceUsageTab data={data} />}
        {tab.current === 'meta' && <MetaTab record={whole} />}
        {tab.current === 'scores' && <ScoresTab data={data} spanId={undefined} />}
        {tab.current === 'raw' && (
          <LazyJsonView key={trace.trace_id} value={whole} label="Raw record" mostHeight={640} />
        )}
      </PanelTabs>
    </>
  );
}

// Which tab was looked at last for a type of span: the next span of the type opens at it.
const lastTabs = new Map<string, string>();

function useTab(tabs: readonly PanelTab[], type: string) {
  const { search, change } = useUrlState();
  const asked = search['tab'] ?? lastTabs.get(type);
  const current = tabs.find(({ id }) => id === asked)?.id ?? tabs[0]?.id ?? 'io';
  const choose = (id: string) => {
    lastTabs.set(type, id);
    change({ tab: id }, 'push');
  };
  const step = (by: 1 | -1) => {
    const at = tabs.findIndex(({ id }) => id === current);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next !== undefined) choose(next.id);
  };
  useShortcuts('Panel', [
    { keys: 't', label: 'Next tab', run: () => step(1) },
    { keys: 'T', label: 'Previous tab', run: () => step(-1) },
    { keys: 'v', label: 'Messages as JSON, and back', run: () => choose(current === 'messages' ? 'io' : 'messages') },
    { keys: '+', label: 'Add a score', run: () => choose('scores') },
  ]);
  return { current, choose };
}

interface PanelTabsProps {
  readonly tabs: readonly PanelTab[];
  readonly tab: { readonly current: string; readonly choose: (id: string) => void };
  /** Each span keeps its own scroll position. */
  readonly scrollKey: string;
  readonly children: React.ReactNode;
}

const offsets = new NewestMap<number>(200);

function PanelTabs({ tabs, tab, scrollKey, children }: PanelTabsProps) {
  const body = useRef<HTMLDivElement>(null);
  const place = `${scrollKey} ${tab.current}`;
  useEffect(() => {
    if (body.current !== null) body.current.scrollTop = offsets.get(place) ?? 0;
  }, [place]);
  return (
    <Tabs
      label="About this span"
      tabs={tabs}
      current={tab.current}
      onChoose={tab.choose}
      classes={{ tabs: styles.tabs, list: styles.list, tab: styles.tab, panel: styles.body }}
      panelRef={body}
      onScroll={(event) => offsets.keep(place, event.currentTarget.scrollTop)}
    >
      <Suspense fallback={<LoadingRows rows={6} rowHeight={28} />}>{children}</Suspense>
    </Tabs>
  );
}
