import type { Answered } from '../record-answer.ts';
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

/** @param usage where it came apart from the rest */
export function headOf(head: Head, usage = head.usage): Answered {
  const { id, _request_id: request_id, model, status, service_tier, system_fingerprint } = head;
  return {
    model,
    usage: usage ? usageOfOpenAI(usage, service_tier) : undefined,
    metadata: { id, request_id, status, service_tier, system_fingerprint },
  };
}
