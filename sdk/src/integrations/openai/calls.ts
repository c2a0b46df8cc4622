import type { SpanKind } from '../../index.ts';
import { message } from '../messages.ts';
import type { Answer, Call } from '../record-call.ts';
import { chatAnswer } from './chat.ts';
import { plainAnswer } from './plain.ts';
import { messagesOf, responseAnswer } from './responses.ts';

/** What a call sends, of whatever kind it is. */
export type Body = Readonly<Record<string, unknown>>;

/** How one kind of call is recorded, where that is not as it comes. */
export interface CallKind {
  /** @default 'llm' */
  readonly kind?: SpanKind;
  /** The input, where it is not in the body as spans hold it. */
  readonly inputOf?: (body: Body) => unknown;
  readonly answer?: () => Answer;
}

/** Members of a body that are input, of whatever kind of call. What remains are parameters of the model. */
const inputs = /^(messages|prompt|suffix|input|instructions|image|mask|file)$/;

/** What is recorded of a call before it is made. */
export function callOf(
  operation: string,
  { kind = 'llm', inputOf, answer = () => plainAnswer() }: CallKind,
  { model, tools, ...body }: Body,
  provider: string,
): Call {
  const input: Record<string, unknown> = {};
  let modelParameters: Record<string, unknown> | undefined;
  for (const key in body) {
    if (inputs.test(key)) {
      input[key] = captured(body[key]);
    } else {
      modelParameters ??= {};
      modelParameters[key] = body[key];
    }
  }
  return {
    name: model ? `${operation} ${model}` : operation,
    options: {
      kind,
      provider,
      input: inputOf?.(body) ?? input,
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

export const chat: CallKind = { answer: chatAnswer };

export const completion: CallKind = {
  inputOf: ({ prompt }) => ({ messages: [message('user', prompt)] }),
  answer: chatAnswer,
};

export const response: CallKind = {
  inputOf: ({ instructions, input = [] }) => ({
    messages: [...(instructions ? [message('system', instructions)] : []), ...messagesOf(input)],
  }),
  answer: responseAnswer,
};

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
