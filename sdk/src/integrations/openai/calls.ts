import type { SpanKind } from '../../index.ts';
import { message } from '../messages.ts';
import type { Answer, Call } from '../record-call.ts';
import { ChatAnswer } from './chat.ts';
import { plainAnswer } from './plain.ts';
import { messagesOf } from './responses.ts';

/** What a call sends, of whatever kind it is. */
export type Body = Readonly<Record<string, unknown>>;

/** How one kind of call is recorded, where that is not as it comes. */
export interface CallKind {
  /** @default 'llm' */
  readonly kind?: SpanKind;
  /** The input, where it is not in the body as spans hold it. */
  readonly inputOf?: (body: Body) => Record<string, unknown>;
  readonly answer?: () => Answer;
}

/** Members of a body that are input, of whatever kind of call. What remains are parameters of the model. */
const inputs = new Set('messages,prompt,suffix,input,instructions,image,mask,file'.split(','));

/** What is recorded of a call before it is made. */
export function callOf(
  operation: string,
  { kind = 'llm', inputOf, answer = () => plainAnswer() }: CallKind,
  body: Body,
  provider: string,
): Call {
  const { model, tools } = body;
  const input: Record<string, unknown> = inputOf?.(body) ?? {};
  let modelParameters: Record<string, unknown> | undefined;
  for (const key of Object.keys(body)) {
    if (inputs.has(key)) {
      if (inputOf === undefined) input[key] = captured(body[key]);
    } else if (key !== 'model' && key !== 'tools') {
      modelParameters ??= {};
      modelParameters[key] = body[key];
    }
  }
  return {
    name: model ? `${operation} ${model}` : operation,
    options: {
      kind,
      provider,
      input,
      modelParameters,
      model: model as string | undefined,
      tools: tools as readonly unknown[] | undefined,
    },
    answer: answer(),
  };
}

interface File {
  readonly name?: unknown;
  readonly path?: unknown;
  readonly type?: unknown;
  readonly size?: unknown;
}

/** Lists are copied: agents push the answer onto the very one that they sent. Of files it is recorded which they are. */
function captured(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(captured);
  if (Object(value) !== value || Object.getPrototypeOf(value) === Object.prototype) return value;
  const { name, path = '', type, size } = value as File;
  return { name: name ?? `${path}`.replace(/^.*[\\/]/s, ''), type, byte_length: size };
}

const answer = (): Answer => new ChatAnswer();

export const chat: CallKind = { answer };

export const completion: CallKind = {
  inputOf: ({ prompt }) => ({ messages: [message('user', prompt)] }),
  answer,
};

/** The input of a response: its instructions go before the items. */
export function responseInput({ instructions, input = [] }: Body): Record<string, unknown> {
  const messages = messagesOf(input);
  return { messages: instructions ? [message('system', instructions), ...messages] : messages };
}

interface Embeddings {
  readonly data?: readonly { readonly embedding?: readonly number[] | string }[];
}

export const embedding: CallKind = {
  kind: 'embedding',
  // The vectors themselves are of use to machines only, and large.
  answer: () =>
    plainAnswer(({ data = [] }: Embeddings) => ({ count: data.length, dimensions: data[0]?.embedding?.length })),
};

export const speech: CallKind = {
  // The body is the caller's to read.
  answer: () => plainAnswer(({ headers }: Response) => ({ content_type: headers?.get('content-type') })),
};
