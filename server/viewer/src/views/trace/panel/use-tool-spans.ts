import { useMemo } from 'react';
import type { ChatMessage, ToolCall } from '../../../model/chat-messages.ts';
import { durationText } from '../../../model/row-facts.ts';
import type { SpanTree } from '../../../model/span-tree.ts';
import { toolSpansOf } from '../../../model/tool-spans.ts';
import type { LinkedSpan } from './tool-call-card.tsx';

interface ModelCall {
  readonly tree: SpanTree;
  readonly index: number;
  readonly nowMs: number;
  readonly onSelect: (index: number) => void;
}

const none: ReadonlyMap<ToolCall, LinkedSpan> = new Map();

/** The ways from what a model call asked of tools to the spans in which that was done. */
export function useToolSpans(
  { tree, index, nowMs, onSelect }: ModelCall,
  answer: readonly ChatMessage[] | undefined,
): ReadonlyMap<ToolCall, LinkedSpan> {
  const spans = useMemo(() => {
    const calls = answer?.flatMap(({ toolCalls }) => toolCalls) ?? [];
    return calls.length === 0 ? undefined : toolSpansOf(tree, index, calls);
  }, [tree, index, answer]);
  return useMemo(() => {
    if (spans === undefined) return none;
    return new Map(
      [...spans].map(([call, at]): [ToolCall, LinkedSpan] => [
        call,
        {
          duration: durationText(tree, at, nowMs),
          isFailed: tree.spans[at]?.status === 'error',
          onOpen: () => onSelect(at),
        },
      ]),
    );
  }, [spans, tree, nowMs, onSelect]);
}
