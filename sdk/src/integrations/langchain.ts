// `llm-tracer/langchain`: LangChain and LangGraph, by their callbacks.

import type { DocumentInterface } from '@langchain/core/documents';
import type { Serialized } from '@langchain/core/load/serializable';
import type { BaseMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import type { Span, Tracer } from '../index.ts';
import { answerOf, messageOf, readable } from './langchain/values.ts';
import { giveUp, harmless, hasActive, type Loose, labelOwnTrace, objectOf } from './observed-run.ts';

type Extra = Record<string, unknown>;

/** What {@link langchainHandler} makes: a callback handler of LangChain. */
export interface LangChainHandler {
  readonly name: string;
  /** LangChain waits for each call, which takes microseconds: else starts and ends would be noted late, and without context. */
  readonly awaitHandlers: boolean;
  handleChatModelStart(
    llm: Serialized,
    messages: BaseMessage[][],
    runId: string,
    parentRunId?: string,
    extra?: Extra,
    tags?: string[],
    metadata?: Extra,
    runName?: string,
  ): void;
  handleLLMStart(
    llm: Serialized,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extra?: Extra,
    tags?: string[],
    metadata?: Extra,
    runName?: string,
  ): void;
  handleLLMNewToken(
    token: string,
    indices: object,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    fields?: object,
  ): void;
  handleLLMEnd(output: LLMResult, runId: string): void;
  handleLLMError(error: unknown, runId: string): void;
  // In the order in which LangChain calls it, which is not that of its types.
  handleChainStart(
    chain: Serialized,
    inputs: Record<string, unknown>,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Extra,
    runType?: string,
    runName?: string,
  ): void;
  handleChainEnd(outputs: Record<string, unknown>, runId: string): void;
  handleChainError(error: unknown, runId: string): void;
  handleToolStart(
    tool: Serialized,
    input: string,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Extra,
    runName?: string,
  ): void;
  handleToolEnd(output: unknown, runId: string): void;
  handleToolError(error: unknown, runId: string): void;
  handleRetrieverStart(
    retriever: Serialized,
    query: string,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Extra,
    runName?: string,
  ): void;
  handleRetrieverEnd(documents: DocumentInterface[], runId: string): void;
  handleRetrieverError(error: unknown, runId: string): void;
}

/** A run that is under way. One that LangChain hides has no span of its own: what is below it stands below its parent. */
interface Run {
  readonly span: Span | undefined;
  readonly isHidden: boolean;
  hasToken: boolean;
  /** Stops listening to what may abort it. */
  readonly forget: () => void;
}

/** What is said of any run when it starts. */
interface Start {
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly tags?: string[] | undefined;
  readonly metadata?: Extra | undefined;
}

/**
 * A callback handler that records runs of LangChain and LangGraph: chains, graphs and their nodes, model calls with
 * messages, usage and first token, tools and retrievers.
 *
 * @param tracer Where spans go. One handler serves any number of runs, at once too.
 * @example
 * ```ts
 * import { RunnableLambda } from '@langchain/core/runnables';
 * import { Tracer } from 'llm-tracer';
 * import { langchainHandler } from 'llm-tracer/langchain';
 *
 * const callbacks = [langchainHandler(new Tracer())];
 * await RunnableLambda.from((text: string) => text.length).invoke('tea', { callbacks, runName: 'count' });
 * ```
 */
export function langchainHandler(tracer: Tracer): LangChainHandler {
  const runs = new Map<string, Run>();
  // A model's stream that its consumer leaves says nothing: its end is seen when the options of the call are collected.
  const abandoned = new FinalizationRegistry((runId: string) => end(runId, giveUp));

  const spanAbove = (runId: string | undefined): Span | undefined =>
    runId === undefined ? undefined : runs.get(runId)?.span;

  const begin = (
    { runId, parentRunId, tags = [], metadata = {} }: Start,
    name: string,
    options: Parameters<Tracer['startSpan']>[1],
    signal?: unknown,
  ): void => {
    const above = spanAbove(parentRunId);
    if (tags.includes('langsmith:hidden')) {
      runs.set(runId, { span: above, isHidden: true, hasToken: false, forget: () => {} });
      return;
    }
    const isOwn = above === undefined && !hasActive(tracer);
    const own = metadataOf(metadata);
    const given = { metadata: Object.keys(own).length > 0 ? own : undefined, ...options };
    const span = above === undefined ? tracer.startSpan(name, given) : above.startSpan(name, given);
    if (isOwn) {
      const { userId = metadata['user_id'], sessionId = metadata['session_id'] ?? metadata['thread_id'] } = metadata;
      labelOwnTrace(span.trace, { userId, sessionId, tags: tags.filter((tag) => !/^(seq|graph|map):/.test(tag)) });
    }
    runs.set(runId, { span, isHidden: false, hasToken: false, forget: onAbort(signal, () => end(runId, giveUp)) });
  };

  const end = (runId: string, finish: (span: Span) => void): void => {
    const run = runs.get(runId);
    runs.delete(runId);
    run?.forget();
    if (run?.span !== undefined && !run.isHidden) finish(run.span);
  };

  const beginModelCall = (start: Start, input: object, extra: Extra = {}): void => {
    const {
      model: modelOf,
      model_name,
      tools,
      messages: _,
      stream: __,
      ...parameters
    } = objectOf(extra['invocation_params']) as Extra;
    const { ls_provider: provider, ls_model_name } = start.metadata ?? {};
    const model = (modelOf ?? model_name ?? ls_model_name) as string | undefined;
    const options = objectOf(extra['options']);
    begin(
      start,
      model === undefined ? 'chat' : `chat ${model}`,
      {
        kind: 'llm',
        model,
        provider: provider as string | undefined,
        input,
        tools: Array.isArray(tools) ? tools : undefined,
        modelParameters: Object.keys(parameters).length > 0 ? parameters : undefined,
      },
      options['signal'],
    );
    if (extra['options'] === options) abandoned.register(options, start.runId);
  };

  const fail = (error: unknown, runId: string): void =>
    end(runId, (span) => {
      const { name, message } = objectOf(error);
      // A graph that waits for a person has not failed, nor has what was aborted.
      if (name === 'GraphInterrupt' || name === 'NodeInterrupt') span.addEvent('interrupted').end();
      else if (name === 'AbortError' || message === 'Aborted') giveUp(span);
      else span.setError(error).end();
    });

  const start = (runId: string, parentRunId?: string, tags?: string[], metadata?: Extra): Start => ({
    runId,
    parentRunId,
    tags,
    metadata,
  });

  return {
    name: 'llm-tracer',
    awaitHandlers: true,
    handleChatModelStart: harmless((_llm, [messages = []], runId, parentRunId, extra, tags, metadata) =>
      beginModelCall(start(runId, parentRunId, tags, metadata), { messages: messages.map(messageOf) }, extra),
    ),
    handleLLMStart: harmless((_llm, prompts, runId, parentRunId, extra, tags, metadata) =>
      beginModelCall(start(runId, parentRunId, tags, metadata), { prompts }, extra),
    ),
    handleLLMNewToken: harmless((token, _indices, runId, _parentRunId, _tags, fields) => {
      const run = runs.get(runId);
      const calls = objectOf(objectOf(objectOf(fields)['chunk'])['message'])['tool_call_chunks'];
      const hasMatter = token !== '' || (Array.isArray(calls) && calls.length > 0);
      if (run === undefined || run.hasToken || !hasMatter) return;
      run.hasToken = true;
      run.span?.setFirstToken();
    }),
    handleLLMEnd: harmless((output, runId) =>
      end(runId, (span) => {
        const { messages, usage, model, finishReason } = answerOf(output);
        span.setOutput({ messages }).setUsage(usage);
        if (model !== undefined) span.setModel(model);
        if (finishReason !== undefined) span.setFinishReason(finishReason);
        span.end();
      }),
    ),
    handleLLMError: harmless(fail),
    handleChainStart: harmless((chain, inputs, runId, parentRunId, tags, metadata, _runType, runName) => {
      const isGraph = chain.id[0] === 'langgraph' && chain.id[1] === 'pregel';
      begin(start(runId, parentRunId, tags, metadata), nameOf(chain, runName), {
        kind: isGraph ? 'agent' : 'chain',
        input: readable(inputs),
      });
    }),
    handleChainEnd: harmless((outputs, runId) => end(runId, (span) => span.setOutput(readable(outputs)).end())),
    handleChainError: harmless(fail),
    handleToolStart: harmless((tool, input, runId, parentRunId, tags, metadata, runName) =>
      begin(start(runId, parentRunId, tags, metadata), nameOf(tool, runName), { kind: 'tool', input: parsed(input) }),
    ),
    handleToolEnd: harmless((output, runId) =>
      end(runId, (span) => {
        const { content, tool_call_id } = objectOf(output);
        span.setOutput(tool_call_id === undefined ? readable(output) : content).end();
      }),
    ),
    handleToolError: harmless(fail),
    handleRetrieverStart: harmless((retriever, query, runId, parentRunId, tags, metadata, runName) =>
      begin(start(runId, parentRunId, tags, metadata), nameOf(retriever, runName), { kind: 'retrieval', input: query }),
    ),
    handleRetrieverEnd: harmless((documents, runId) =>
      end(runId, (span) =>
        span
          .setOutput({
            documents: documents.map(({ id, pageContent, metadata }) => ({
              ...(id === undefined ? {} : { id }),
              content: pageContent,
              metadata,
            })),
          })
          .end(),
      ),
    ),
    handleRetrieverError: harmless(fail),
  };
}

const nameOf = ({ id }: Serialized, runName: string | undefined): string => runName ?? id.at(-1) ?? 'run';

/** What LangChain adds for its own purposes is left out. */
const metadataOf = (metadata: Loose): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metadata).filter(
      ([name]) => !/^(ls_|__pregel|versions$|checkpoint_ns$|langgraph_(triggers|path|checkpoint_ns)$)/.test(name),
    ),
  );

function onAbort(signal: unknown, listener: () => void): () => void {
  if (!(signal instanceof AbortSignal)) return () => {};
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
