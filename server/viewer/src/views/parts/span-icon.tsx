import type { SpanType } from 'llm-tracer/schema';
import { Bot, Braces, ChartScatter, CircleDashed, FileSearch, Link2, MessageSquareText, Wrench } from 'lucide-react';
import styles from './span-icon.module.css';

const icons = {
  llm: MessageSquareText,
  agent: Bot,
  tool: Wrench,
  function: Braces,
  retrieval: FileSearch,
  embedding: ChartScatter,
  chain: Link2,
  other: CircleDashed,
} satisfies Record<SpanType, unknown>;

/** What kind of operation a span is: shape and colour, for the eye only. */
export function SpanIcon({ type, size = 14 }: { readonly type: SpanType; readonly size?: 14 | 16 }) {
  const Icon = icons[type];
  return <Icon size={size} strokeWidth={1.75} className={styles[type]} aria-hidden />;
}
