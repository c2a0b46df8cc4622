import { describe, expect, it } from 'vitest';
import { json, mapped } from '../mapped.ts';

describe('Laminar', () => {
  it('has its own inputs and outputs, tokens and cost by GenAI names', () => {
    expect(
      mapped({
        'lmnr.span.type': 'LLM',
        'lmnr.span.input': json([{ role: 'user', content: 'Hi' }]),
        'lmnr.span.output': json([{ role: 'assistant', content: 'Hello' }]),
        'lmnr.association.properties.session_id': 'monday',
        'lmnr.association.properties.user_id': 'ada',
        'lmnr.association.properties.metadata.tenant': 'acme',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 2,
        'gen_ai.usage.input_cost': 0.25,
        'gen_ai.usage.output_cost': 0.5,
        'gen_ai.usage.cost': 0.75,
        'lmnr.span.path': ['agent', 'chat'],
      }),
    ).toMatchObject({
      span_type: 'llm',
      input_data: { messages: [{ role: 'user', content: 'Hi' }] },
      output_data: { messages: [{ role: 'assistant', content: 'Hello' }] },
      tokens_input: 10,
      cost_usd: 0.75,
      metadata: { 'lmnr.span.path': ['agent', 'chat'] },
      facts: { session_id: 'monday', user_id: 'ada', metadata: { tenant: 'acme' } },
    });
  });

  it('has values of any kind on other spans', () => {
    expect(
      mapped({ 'lmnr.span.type': 'DEFAULT', 'lmnr.span.input': json({ x: 1 }), 'lmnr.span.output': 'done' }),
    ).toMatchObject({ span_type: 'other', input_data: { x: 1 }, output_data: 'done' });
  });
});

describe('LangSmith', () => {
  it('has kinds, tags and metadata of its own, whole requests under GenAI names', () => {
    expect(
      mapped({
        'langsmith.span.kind': 'llm',
        'langsmith.trace.name': 'ChatOpenAI',
        'langsmith.trace.session_id': 'id of the project',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.input_token_details': json({ cache_read: 30 }),
        'gen_ai.usage.output_token_details': json({ reasoning: 5 }),
        'langsmith.span.tags': 'a, b',
        'langsmith.metadata.thread_id': 'monday',
        'langsmith.metadata.user_id': 'ada',
        'langsmith.metadata.tenant': 'acme',
        'langsmith.metadata.ls_provider': 'openai',
        'gen_ai.prompt': json({ messages: [{ role: 'user', content: 'Hi' }], model: 'm' }),
        'gen_ai.completion': json({ choices: [{ message: { role: 'assistant', content: 'Hello' } }] }),
      }),
    ).toMatchObject({
      span_type: 'llm',
      provider: 'openai',
      tokens_input: 100,
      tokens_output: 20,
      tokens_cache_read: 30,
      tokens_reasoning: 5,
      input_data: { messages: [{ role: 'user', content: 'Hi' }] },
      output_data: { messages: [{ role: 'assistant', content: 'Hello' }] },
      facts: { tags: ['a', 'b'], session_id: 'monday', user_id: 'ada', metadata: { tenant: 'acme' } },
    });
  });

  it('has any value as the input of a chain', () => {
    expect(
      mapped({
        'langsmith.span.kind': 'chain',
        'gen_ai.prompt': json({ question: 'Hi' }),
        'gen_ai.completion': json({ answer: 'Hello' }),
      }),
    ).toMatchObject({
      span_type: 'chain',
      input_data: { question: 'Hi' },
      output_data: { answer: 'Hello' },
    });
  });
});

describe('any span', () => {
  it('names a failure by its exception, else by its status', () => {
    const exception = {
      name: 'exception',
      attributes: { 'exception.type': 'TypeError', 'exception.message': 'no price', 'exception.stacktrace': 'at x' },
    };

    expect(mapped({}, { status: { code: 2, message: 'failed' }, events: [exception] })).toMatchObject({
      status: 'error',
      error: 'no price',
      error_type: 'TypeError',
      error_stack: 'at x',
      events: [{ name: 'exception' }],
    });
    expect(mapped({ 'error.type': 'timeout' }, { status: { code: 2, message: 'failed' } })).toMatchObject({
      status: 'error',
      error: 'failed',
      error_type: 'timeout',
    });
    expect(mapped({}, { status: { code: 2 } })).toMatchObject({ status: 'error' });
  });

  it('has failed when an attribute says so and the status says nothing', () => {
    expect(mapped({ 'error.type': '429' })).toMatchObject({ status: 'error', error_type: '429' });
    expect(mapped({ 'error.type': '429' }, { status: { code: 1 } })).toMatchObject({ status: 'ok' });
  });

  it('has not failed by an exception that it recorded and got over', () => {
    const span = mapped({}, { events: [{ name: 'exception', attributes: { 'exception.message': 'retried' } }] });

    expect(span).not.toHaveProperty('status');
    expect(span).not.toHaveProperty('error');
  });

  it('says where it ran by its resource, and whose word counts most', () => {
    const resource = {
      'service.name': 'shop',
      'service.version': '1.2',
      'deployment.environment': 'prod',
      'service.instance.id': 'i1',
      'host.name': 'h',
    };
    const root = mapped({ 'enduser.id': 'ada' }, { resource });

    expect(root).toMatchObject({
      weight: 2,
      metadata: { 'service.name': 'shop' },
      facts: {
        service_name: 'shop',
        release: '1.2',
        environment: 'prod',
        user_id: 'ada',
        metadata: { 'otel.resource/shop/i1': resource },
      },
    });
    expect(mapped({}, { parentSpanId: 'c'.repeat(16), flags: 0x300 }).weight).toBe(1);
    expect(mapped({}, { parentSpanId: 'c'.repeat(16), flags: 0x100 }).weight).toBe(0);
    expect(mapped({}, { parentSpanId: 'c'.repeat(16) }).weight).toBe(0);
  });

  it('does not take a name for one that an SDK made up', () => {
    expect(mapped({}, { resource: { 'service.name': 'unknown_service:node' } }).facts).not.toHaveProperty(
      'service_name',
    );
  });

  it('keeps what general conventions say of who is served, for the trace and as its own', () => {
    const { facts, metadata } = mapped({ 'session.id': 'monday', 'user.id': 'ada' });

    expect(facts).toMatchObject({ session_id: 'monday', user_id: 'ada' });
    expect(metadata).toMatchObject({ 'session.id': 'monday', 'user.id': 'ada' });
  });

  it('may use names that every object has', () => {
    expect(mapped({ 'gen_ai.request.constructor': 1, 'gen_ai.provider.name': 'constructor' })).toMatchObject({
      model_parameters: { constructor: 1 },
      provider: 'constructor',
    });
  });

  it('keeps links and events with their attributes', () => {
    const span = mapped(
      {},
      {
        events: [{ name: 'rows', at: 5, attributes: { count: 3 } }],
        links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
      },
    );

    expect(span).toMatchObject({
      events: [{ name: 'rows', attributes: { count: 3 } }],
      links: [{ trace_id: 'd'.repeat(32), span_id: 'e'.repeat(16) }],
    });
  });

  it('speaks several conventions, and each finding is told once', () => {
    const span = mapped({
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'openai.chat',
      'gen_ai.system': 'openai.chat',
      'ai.response.finishReason': 'stop',
      'gen_ai.response.finish_reasons': ['stop'],
      'ai.response.model': 'm-1',
      'gen_ai.response.model': 'm-2',
    });

    expect(span).toMatchObject({ provider: 'openai', model: 'm-1', finish_reason: 'stop' });
    // What says the same is told with it; what says otherwise is kept.
    expect(span.metadata).toMatchObject({ 'gen_ai.response.model': 'm-2' });
    expect(span.metadata).not.toHaveProperty('gen_ai.system');
  });
});
