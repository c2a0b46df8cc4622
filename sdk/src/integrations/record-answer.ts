import type { Span, Usage } from '../index.ts';
import { given } from './messages.ts';

/** What is known of an answer besides what was said. What is empty is not there. */
export interface Answered {
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly metadata: object;
}

export function recordAnswer(
  span: Span,
  { model, usage, metadata }: Answered,
  finishReason?: string | null,
  messages?: readonly unknown[],
): void {
  if (model) span.setModel(model);
  if (finishReason) span.setFinishReason(finishReason);
  if (usage) span.setUsage(usage);
  const known = given(metadata);
  if (Object.keys(known).length > 0) span.setMetadata(known);
  if (messages?.length) span.setOutput({ messages });
}
