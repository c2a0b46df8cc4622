import type { Span } from '../../index.ts';
import { given, message, toolCall, toolResult } from '../messages.ts';
import { recordAnswer } from '../record-answer.ts';
import type { Answer } from '../record-call.ts';
import { type Head, headOf } from './head.ts';

/** A part of what is said. */
interface Part {
  readonly type?: string;
  readonly text?: string;
  readonly refusal?: string;
}

/** An item of an input or output, as far as it is looked at; any other kind is kept as it is. */
interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly Part[] | null;
  readonly summary?: readonly Part[];
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly output?: unknown;
}

export interface Response extends Head {
  readonly object?: string;
  readonly output?: readonly Item[];
  readonly background?: boolean | null;
  readonly error?: { readonly code?: string; readonly message?: string } | null;
  readonly incomplete_details?: { readonly reason?: string } | null;
}

interface StreamEvent {
  readonly type?: string;
  readonly response?: Response;
  readonly output_index?: number;
  readonly item?: Item;
  readonly delta?: unknown;
}

const textOf = (parts: readonly Part[] | undefined): string => (parts ?? []).map(({ text }) => text ?? '').join('\n');

/** Text parts are called differently on the way in and out. */
const partOf = (part: Part): object =>
  part.type === 'output_text' || part.type === 'input_text' ? Object.assign(given(part), { type: 'text' }) : part;

/** What the model said between two turns of others. */
interface Turn {
  reasoning: string;
  refusal: string;
  readonly tool_calls: unknown[];
  readonly said: unknown[];
}

/** Items as messages: what the model said between two turns of others (text, reasoning, calls) is one message. */
export function messagesOf(items: unknown): unknown[] {
  if (typeof items === 'string') return [message('user', items)];
  const messages: unknown[] = [];
  let turn: Turn | undefined;
  const close = (): void => {
    if (turn === undefined) return;
    const { said, ...more } = turn;
    turn = undefined;
    const whole = message('assistant', said, more);
    if (said.length > 0 || Object.keys(whole).length > 2) messages.push(whole);
  };

  for (const item of items as readonly Item[]) {
    const { type = 'message', role, content, call_id, name } = item;
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
    if (type.endsWith('_output')) {
      close();
      messages.push(toolResult(call_id, item.output));
    } else if (type === 'message' && role !== undefined && role !== 'assistant') {
      close();
      messages.push(message(role, parts.map(partOf)));
    } else {
      turn ??= { reasoning: '', refusal: '', tool_calls: [], said: [] };
      if (type === 'reasoning') turn.reasoning += textOf(item.summary?.length ? item.summary : parts);
      else if (type === 'function_call') turn.tool_calls.push(toolCall(call_id, name, item.arguments));
      else if (type === 'custom_tool_call')
        turn.tool_calls.push({ id: call_id, type: 'custom', custom: { name, input: item.input } });
      else if (type !== 'message') turn.said.push(item);
      else
        for (const part of parts) {
          if (part.refusal === undefined) turn.said.push(partOf(part));
          else turn.refusal += part.refusal;
        }
    }
  }
  close();
  return messages;
}

/** Puts what the deltas of one kind made to their item: what they are of stands in the type of the event. */
function completed(item: Item, [type, said]: [string, string]): Item {
  const [, kind = ''] = type.split('.');
  if (kind.endsWith('arguments')) return { ...item, arguments: said };
  if (kind.endsWith('input')) return { ...item, input: said };
  const parts = typeof item.content === 'object' ? (item.content ?? []) : [];
  if (kind === 'refusal') return { ...item, content: [...parts, { refusal: said }] };
  return kind.endsWith('text') ? { ...item, content: [...parts, { type: 'output_text', text: said }] } : item;
}

/** An item, and until it is done what its deltas made so far, by the type of their event. */
interface Progress {
  readonly item: Item;
  readonly said: Record<string, string>;
}

/** An answer of the Responses interface, whole or in events. */
export class ResponseAnswer implements Answer {
  /** What is known of it. */
  response: Response = {};
  #items: Map<number, Progress> | undefined;
  readonly #onRecorded: ((span: Span, response: Response) => void) | undefined;

  constructor(onRecorded?: (span: Span, response: Response) => void) {
    this.#onRecorded = onRecorded;
  }

  add(value: unknown): boolean {
    const { type, response: whole, output_index = 0, item, delta } = value as StreamEvent;
    if (whole !== undefined || type === undefined) this.response = whole ?? (value as Response);
    if (item !== undefined) {
      this.#items ??= new Map();
      this.#items.set(output_index, { item, said: {} });
    }
    const said = this.#items?.get(output_index)?.said;
    if (typeof delta !== 'string' || said === undefined || type === undefined) return false;
    said[type] = (said[type] ?? '') + delta;
    return true;
  }

  recordOn(span: Span): void {
    const { status, error, incomplete_details, output } = this.response;
    if (error) span.setError(`${error.code}: ${error.message}`);
    const items = output?.length ? output : itemsSoFar(this.#items ?? []);
    recordAnswer(span, headOf(this.response), incomplete_details?.reason ?? status, messagesOf(items));
    this.#onRecorded?.(span, this.response);
  }
}

const itemsSoFar = (items: Iterable<[number, Progress]>): Item[] =>
  [...items]
    .sort(([one], [other]) => one - other)
    .map(([, { item, said }]) => Object.entries(said).reduce(completed, item));
