import type { Span, Usage } from '../index.ts';
import { given } from './messages.ts';

/** What is known of an answer. What is empty is not there. */
export interface Answered {
  readonly model?: string | undefined;
  readonly finishReason?: string | null | undefined;
  readonly usage?: Usage | undefined;
  readonly metadata?: object;
  readonly messages?: readonly unknown[];
}

export function recordAnswer(span: Span, { model, finishReason, usage, metadata = {}, messages }: Answered): void {
  if (model) span.setModel(model);
  if (finishReason) span.setFinishReason(finishReason);
  if (usage) span.setUsage(usage);
  const known = given(metadata);
  if (Object.keys(known).length > 0) span.setMetadata(known);
  if (messages?.length) span.setOutput({ messages });
}
