import { given } from '../messages.ts';
import { recordAnswer } from '../record-answer.ts';
import { type Answer, attempt } from '../record-call.ts';
import { type AnthropicUsage, usageOfAnthropic } from '../usage.ts';
import { type Block, messagesOf } from './messages.ts';

interface Message {
  readonly id?: string;
  readonly _request_id?: string | null;
  readonly model?: string;
  readonly role?: string;
  readonly content?: readonly Block[];
  readonly stop_reason?: string | null;
  readonly stop_sequence?: string | null;
  readonly usage?: AnthropicUsage | null;
}

interface Delta {
  readonly text?: string;
  readonly thinking?: string;
  readonly partial_json?: string;
  readonly stop_reason?: string | null;
  readonly stop_sequence?: string | null;
}

interface StreamEvent {
  readonly type?: string;
  readonly message?: Message;
  readonly index?: number;
  readonly content_block?: Block;
  readonly delta?: Delta;
  readonly usage?: AnthropicUsage | null;
}

/** A block of a streamed message while it is put together. */
interface Progress {
  readonly block: Block;
  text: string;
  thinking: string;
  json: string;
}

/** The block with what its deltas made. A tool's input that was cut off stays text. */
function completed({ block, text, thinking, json }: Progress): Block {
  const input = attempt(() => JSON.parse(json)) ?? json;
  return {
    ...block,
    ...given({ text: (block.text ?? '') + text, thinking: (block.thinking ?? '') + thinking, input }),
  };
}

/** A message that was answered, whole or in events. */
export function messageAnswer(): Answer {
  const blocks = new Map<number, Progress>();
  let message: Message = {};
  return {
    add(value) {
      const { type, message: start, index = 0, content_block, delta, usage } = value as StreamEvent;
      if (type === undefined || type === 'message') message = value as Message;
      else if (start !== undefined) message = start;
      else if (content_block !== undefined)
        blocks.set(index, { block: content_block, text: '', thinking: '', json: '' });
      else if (type === 'message_delta') {
        // The tokens are those of the whole message so far; what is null is not told again.
        message = { ...message, ...delta, usage: { ...message.usage, ...given(usage ?? {}) } };
      } else if (delta !== undefined) {
        const progress = blocks.get(index);
        if (progress === undefined) return false;
        progress.text += delta.text ?? '';
        progress.thinking += delta.thinking ?? '';
        progress.json += delta.partial_json ?? '';
        return true;
      }
      return false;
    },
    recordOn(span) {
      const { id, _request_id: request_id, model, role = 'assistant', content, usage } = message;
      const said = content?.length
        ? content
        : [...blocks].sort(([one], [other]) => one - other).map(([, one]) => completed(one));
      recordAnswer(
        span,
        {
          model,
          usage: usage ? usageOfAnthropic(usage) : undefined,
          metadata: { id, request_id, stop_sequence: message.stop_sequence },
        },
        message.stop_reason,
        said.length > 0 ? messagesOf({ role, content: said }) : [],
      );
    },
  };
}
