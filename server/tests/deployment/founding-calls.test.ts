import { describe, expect, it } from 'vitest';
import { aUserOfItsOwn, call, get, newTraceId, patch, post } from './client.ts';

const user_id = aUserOfItsOwn();

describe('the founding four calls', () => {
  it('create and complete a trace with a span, and it reads back whole', async () => {
    const input = { question: 'Wie geht’s? 🙂', numbers: [1, 2.5, null] };
    const created = await post('/api/traces', {
      name: 'founding',
      user_id,
      session_id: user_id,
      tags: ['a', 'b'],
      input,
    });
    expect(created.body).toEqual({ trace_id: expect.any(String), status: 'created' });
    const { trace_id } = created.body;

    const added = await post(`/api/traces/${trace_id}/spans`, {
      name: 'chat',
      span_type: 'llm',
      model: 'gpt-4.1-mini',
    });
    expect(added.body).toEqual({ span_id: expect.any(String), status: 'created' });
    const { span_id } = added.body;

    const completedSpan = await patch(`/api/spans/${span_id}/complete`, {
      output_data: { messages: [{ role: 'assistant', content: 'gut' }] },
      tokens_input: 12,
      tokens_output: 3,
      cost_usd: 0.25,
    });
    expect(completedSpan.body).toEqual({ span_id, status: 'completed' });
    const completedTrace = await patch(`/api/traces/${trace_id}/complete`, { output: ['gut'], metadata: { n: 1 } });
    expect(completedTrace.body).toEqual({ trace_id, status: 'completed' });

    const { trace, spans } = (await get(`/api/traces/${trace_id}`)).body;
    expect(trace).toMatchObject({
      name: 'founding',
      status: 'ok',
      user_id,
      tags: ['a', 'b'],
      output: ['gut'],
      metadata: { n: 1 },
      span_count: 1,
      tokens_input: 12,
      tokens_output: 3,
      total_cost: 0.25,
      models: ['gpt-4.1-mini'],
    });
    expect(trace.input).toEqual({ question: 'Wie geht’s? 🙂', numbers: [1, 2.5, null] });
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({ span_id, trace_id, status: 'ok', tokens_input: 12, cost_usd: 0.25 });
    expect((await get(`/api/spans/${span_id}`)).body).toMatchObject({
      span_id,
      output_data: { messages: [{ role: 'assistant', content: 'gut' }] },
    });
  });

  it('repeat harmlessly: completing twice changes nothing', async () => {
    const { trace_id } = (await post('/api/traces', { name: 'twice', user_id })).body;
    const complete = () => patch(`/api/traces/${trace_id}/complete`, { output: { answer: 42 } });
    await complete();
    const once = (await get(`/api/traces/${trace_id}`)).body.trace;

    expect((await complete()).status).toBe(200);

    expect((await get(`/api/traces/${trace_id}`)).body.trace).toEqual(once);
  });

  it('record an error', async () => {
    const { trace_id } = (await post('/api/traces', { name: 'failing', user_id })).body;
    const { span_id } = (await post(`/api/traces/${trace_id}/spans`, { name: 'tool', span_type: 'tool' })).body;
    await patch(`/api/spans/${span_id}/complete`, { error: 'no weather station in Atlantis' });

    const { trace, spans } = (await get(`/api/traces/${trace_id}`)).body;

    expect(trace.error_count).toBe(1);
    expect(spans[0]).toMatchObject({ status: 'error', error: 'no weather station in Atlantis' });
  });

  it('answer 404 for what is not there', async () => {
    const none = newTraceId();

    for (const [method, path] of [
      ['GET', `/api/traces/${none}`],
      ['GET', `/api/spans/${none}`],
      ['POST', `/api/traces/${none}/spans`],
      ['PATCH', `/api/traces/${none}/complete`],
      ['PATCH', `/api/spans/${none}/complete`],
      ['DELETE', `/api/traces/${none}`],
      ['GET', `/api/sessions/${none}`],
    ] as const) {
      const body = method === 'POST' ? { name: 'orphan', span_type: 'tool' } : method === 'PATCH' ? {} : undefined;
      const answer = await call(method, path, body === undefined ? {} : { body });
      expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} 404`);
    }
  });

  it('work through doubled slashes, as a URL that ends in one makes them', async () => {
    expect((await get('//api/me')).status).toBe(200);
  });
});
