import { describe, expect, it } from 'vitest';
import { timeAt } from '../builders.ts';
import { json, mapped } from '../mapped.ts';

const llm = { 'openinference.span.kind': 'LLM' };

describe('OpenInference', () => {
  it.each([
    ['LLM', 'llm'],
    ['CHAIN', 'chain'],
    ['TOOL', 'tool'],
    ['AGENT', 'agent'],
    ['RETRIEVER', 'retrieval'],
    ['RERANKER', 'retrieval'],
    ['EMBEDDING', 'embedding'],
    ['GUARDRAIL', 'function'],
    ['EVALUATOR', 'function'],
    ['UNKNOWN', 'other'],
  ])('has spans of the kind %s, which are %s', (kind, type) => {
    expect(mapped({ 'openinference.span.kind': kind }).span_type).toBe(type);
  });

  it('has contents with images, and a call that is told twice once', () => {
    const { input_data, output_data } = mapped({
      ...llm,
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.contents.0.message_content.type': 'text',
      'llm.input_messages.0.message.contents.0.message_content.text': 'What is it?',
      'llm.input_messages.0.message.contents.1.message_content.type': 'image',
      'llm.input_messages.0.message.contents.1.message_content.image.image.url': 'https://x/y.png',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.contents.0.message_content.type': 'text',
      'llm.output_messages.0.message.contents.0.message_content.text': 'Looking.',
      'llm.output_messages.0.message.contents.1.message_content.type': 'tool_use',
      'llm.output_messages.0.message.contents.1.tool_call.id': 'c1',
      'llm.output_messages.0.message.contents.1.tool_call.function.name': 'look',
      'llm.output_messages.0.message.contents.1.tool_call.function.arguments': '{}',
      'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'look',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{}',
    });

    expect(input_data).toEqual({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          ],
        },
      ],
    });
    expect(output_data).toEqual({
      messages: [
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
      ],
    });
  });

  it('keeps a raw request only where it says more than the messages', () => {
    const messages = { 'llm.input_messages.0.message.role': 'user', 'llm.input_messages.0.message.content': 'Hi' };
    const raw = (request: unknown) =>
      mapped({ ...llm, ...messages, 'input.value': json(request), 'input.mime_type': 'application/json' });

    const same = raw({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    const more = raw({
      model: 'm',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'user', content: 'there' },
      ],
    });

    expect(same.metadata).not.toHaveProperty('input.value');
    expect(more.metadata).toHaveProperty('input.value');
    expect([same.input_data, more.input_data]).toEqual(Array(2).fill({ messages: [{ role: 'user', content: 'Hi' }] }));
  });

  it('has models, provider, parameters, tools, usage, cost and the prompt', () => {
    expect(
      mapped(
        {
          ...llm,
          'llm.model_name': 'gpt-4o-2024-08-06',
          'llm.provider': 'azure',
          'llm.invocation_parameters': json({
            model: 'gpt-4o',
            temperature: 0.5,
            tools: [{ name: 'look' }],
            messages: [],
          }),
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 20,
          'llm.token_count.total': 120,
          'llm.token_count.prompt_details.cache_read': 30,
          'llm.token_count.completion_details.reasoning': 5,
          'llm.cost.prompt': 0.25,
          'llm.cost.completion': 0.5,
          'prompt.id': 'greeting',
          'llm.prompt_template.version': '3',
          'output.value': json({ choices: [], usage: { prompt_tokens: 100, service: 'x' } }),
        },
        { events: [{ name: 'First Token Stream Event', at: 100 }] },
      ),
    ).toMatchObject({
      model: 'gpt-4o-2024-08-06',
      requested_model: 'gpt-4o',
      provider: 'azure',
      model_parameters: { temperature: 0.5 },
      tools: [{ name: 'look' }],
      tokens_input: 100,
      tokens_output: 20,
      tokens_cache_read: 30,
      tokens_reasoning: 5,
      usage_details: { prompt_tokens: 100, service: 'x' },
      cost_usd: 0.75,
      cost_source: 'reported',
      metadata: { cost_details: { prompt: 0.25, completion: 0.5 } },
      prompt_name: 'greeting',
      prompt_version: '3',
      first_token_time: timeAt(100),
    });
  });

  it('has retrieved documents, reranked documents and embeddings', () => {
    const retrieved = mapped({
      'openinference.span.kind': 'RETRIEVER',
      'input.value': 'q',
      'retrieval.documents.0.document.id': 'd1',
      'retrieval.documents.0.document.content': 'text',
      'retrieval.documents.0.document.score': 0.5,
      'retrieval.documents.0.document.metadata': json({ page: 3 }),
    });
    const reranked = mapped({
      'openinference.span.kind': 'RERANKER',
      'reranker.query': 'q',
      'reranker.model_name': 'rank-1',
      'reranker.input_documents.0.document.content': 'a',
      'reranker.output_documents.0.document.content': 'b',
    });
    const embedded = mapped({
      'openinference.span.kind': 'EMBEDDING',
      'embedding.model_name': 'embed-1',
      'embedding.embeddings.0.embedding.text': 'hello',
      'embedding.embeddings.0.embedding.vector': [0.5, 0.25],
    });

    expect(retrieved).toMatchObject({
      input_data: 'q',
      output_data: { documents: [{ id: 'd1', content: 'text', score: 0.5, metadata: { page: 3 } }] },
    });
    expect(reranked).toMatchObject({
      model: 'rank-1',
      input_data: { query: 'q', documents: [{ content: 'a' }] },
      output_data: { documents: [{ content: 'b' }] },
    });
    expect(embedded).toMatchObject({
      model: 'embed-1',
      input_data: 'hello',
      output_data: { embeddings: [[0.5, 0.25]] },
    });
  });

  it('says who and what; of a framework’s notes on a step only who', () => {
    const { facts, metadata } = mapped({
      'tag.tags': json(['a', 'b']),
      metadata: json({
        tenant: 'acme',
        thread_id: 'monday',
        user_id: 'ada',
        langgraph_step: 3,
        ls_provider: 'anthropic',
      }),
      'openinference.span.kind': 'CHAIN',
    });

    expect(facts).toMatchObject({
      tags: ['a', 'b'],
      session_id: 'monday',
      user_id: 'ada',
      metadata: { tenant: 'acme' },
    });
    expect(facts.metadata).not.toHaveProperty('langgraph_step');
    expect(metadata).toMatchObject({ tenant: 'acme', langgraph_step: 3 });
  });
});
