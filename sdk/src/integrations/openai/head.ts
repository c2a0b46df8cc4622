import type { Span } from '../../index.ts';
import { given } from '../messages.ts';
import { type OpenAIUsage, usageOfOpenAI } from '../usage.ts';

/** What all answers of OpenAI have around what was said; each has some of it. */
export interface Head {
  readonly id?: string;
  readonly _request_id?: string | null;
  readonly model?: string;
  readonly status?: string;
  readonly service_tier?: string | null;
  readonly system_fingerprint?: string | null;
  readonly usage?: OpenAIUsage | null;
}

export function recordHead(head: Head, usage: OpenAIUsage | null | undefined, span: Span): void {
  const { id, _request_id, status, service_tier, system_fingerprint } = head;
  const metadata = given({ id, request_id: _request_id, status, service_tier, system_fingerprint });
  if (id ?? _request_id) span.setMetadata(metadata);
  if (head.model) span.setModel(head.model);
  if (usage) span.setUsage(usageOfOpenAI(usage));
}
