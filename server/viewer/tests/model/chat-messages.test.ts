import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../src/model/chat-messages.ts';

const only = (payload: unknown) => {
  const [message, ...others] = messagesOf(payload) ?? [];
  expect(others).toEqual([]);
  return message;
};
const partsOf = (content: unknown) => only([{ role: 'user', content }])?.parts;
const text = (said: string) => ({ kind: 'text', text: said });

describe('messages', () => {
  it('are read in the forms of all clients', () => {
    const question = { role: 'user', parts: [text('hi')] };
    const forms = [
      { messages: [{ role: 'user', content: 'hi' }] },
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] },
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] },
      { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
      { messages: [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }] },
      { prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] },
      [{ message: { role: 'user', content: 'hi' } }],
    ];

    for (const form of forms) expect(only(form), JSON.stringify(form)).toMatchObject(question);
  });

  it('have the system prompt first, wherever a client puts it', () => {
    const system = { role: 'system', parts: [text('Be brief.')] };
    const forms = [
      { system: 'Be brief.', messages: [{ role: 'user', content: 'hi' }] },
      { instructions: 'Be brief.', input: [{ role: 'user', content: 'hi' }] },
      { instructions: 'Be brief.', input: 'hi' },
      { systemInstruction: { parts: [{ text: 'Be brief.' }] }, contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    ];

    for (const form of forms)
      expect(messagesOf(form), JSON.stringify(form)).toMatchObject([system, { role: 'user', parts: [text('hi')] }]);
  });

  it('are none where nothing looks like one', () => {
    for (const payload of [undefined, null, 'text', 1, [], {}, [1, 2], { question: 'hi' }, { messages: [] }])
      expect(messagesOf(payload)).toBeUndefined();
  });

  it('keep why each choice ended', () => {
    const choices = [
      { message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
      { message: { role: 'assistant', content: 'b' }, finish_reason: 'length' },
    ];

    expect(messagesOf({ choices })?.map(({ finish }) => finish)).toEqual(['stop', 'length']);
    expect(
      only({ candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'SAFETY' }] }),
    ).toMatchObject({
      role: 'assistant',
      finish: 'SAFETY',
    });
  });

  it('bring calls of tools from wherever they stand', () => {
    const call = [{ id: 'c1', name: 'find', input: { a: 1 } }];
    const forms = [
      { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'find', arguments: { a: 1 } } }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'find', input: { a: 1 } }] },
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'find', input: { a: 1 } }] },
      { role: 'assistant', content: [{ type: 'server_tool_use', id: 'c1', name: 'find', input: { a: 1 } }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'find', arguments: { a: 1 } }] },
      { type: 'function_call', id: 'fc', call_id: 'c1', name: 'find', arguments: { a: 1 } },
      { type: 'custom_tool_call', id: 'fc', call_id: 'c1', name: 'find', input: { a: 1 } },
    ];

    for (const form of forms) expect(only([form])?.toolCalls, JSON.stringify(form)).toEqual(call);
  });

  it('bring results of tools, and say which failed', () => {
    const forms = [
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'found' }] },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', output: { type: 'text', value: 'found' } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'found' }] },
      { type: 'function_call_output', call_id: 'c1', output: 'found' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: 'found' },
    ];
    for (const form of forms)
      expect(only([form]), JSON.stringify(form)).toMatchObject({
        role: 'tool',
        toolCallId: 'c1',
        parts: [text('found')],
        isFailed: false,
      });

    const failed = [
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'no', is_error: true }] },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 'c1', output: { type: 'error-text', value: 'no' } }],
      },
    ];
    for (const form of failed) expect(only([form])).toMatchObject({ isFailed: true, parts: [text('no')] });
  });

  it('show results that are JSON as such', () => {
    const json = [{ kind: 'json', value: { degrees: 4 } }];

    expect(
      only([
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'c', output: { type: 'json', value: { degrees: 4 } } }],
        },
      ])?.parts,
    ).toEqual(json);
    expect(
      only([{ role: 'user', content: [{ functionResponse: { name: 'f', response: { degrees: 4 } } }] }])?.parts,
    ).toEqual(json);
  });

  it('tell reasoning, encrypted reasoning and refusals apart', () => {
    expect(partsOf([{ type: 'thinking', thinking: 'hm', signature: 'x' }])).toEqual([
      { kind: 'reasoning', text: 'hm' },
    ]);
    expect(partsOf([{ text: 'hm', thought: true }])).toEqual([{ kind: 'reasoning', text: 'hm' }]);
    expect(partsOf([{ type: 'redacted_thinking', data: 'A'.repeat(2800) }])).toEqual([
      { kind: 'encrypted', bytes: 2100 },
    ]);
    expect(only([{ type: 'reasoning', summary: [], encrypted_content: 'A'.repeat(2800) }])?.parts).toEqual([
      { kind: 'encrypted', bytes: 2100 },
    ]);
    expect(only([{ role: 'assistant', content: null, refusal: 'No.' }])?.parts).toEqual([
      { kind: 'refusal', text: 'No.' },
    ]);
  });

  it('tell media that is in the record from what is elsewhere', () => {
    const inside = { kind: 'media', data: 'data:audio/wav;base64,UklGRg==' };
    expect(partsOf([{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }])).toMatchObject([
      { kind: 'media', media: 'audio', data: 'data:wav;base64,UklGRg==' },
    ]);
    expect(partsOf([{ type: 'file', data: 'UklGRg==', mediaType: 'audio/wav' }])).toMatchObject([inside]);
    expect(partsOf([{ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }])).toMatchObject([
      { ...inside, media: 'audio' },
    ]);
    expect(
      only([{ role: 'assistant', content: null, audio: { data: 'UklGRg==', transcript: 'Hello' } }])?.parts,
    ).toMatchObject([{ kind: 'media', media: 'audio' }, text('Hello')]);
    expect(
      partsOf([{ type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' }]),
    ).toEqual([{ kind: 'media', media: 'file', data: 'data:application/pdf;base64,JVBERg==', name: 'a.pdf' }]);
    for (const item of [
      { type: 'image_url', image_url: { url: 's3://bucket/a.png' } },
      { type: 'image', source: { type: 'url', url: 's3://bucket/a.png' } },
      { fileData: { fileUri: 's3://bucket/a.png', mimeType: 'image/png' } },
    ])
      expect(partsOf([item])).toEqual([{ kind: 'remote', media: 'image', address: 's3://bucket/a.png' }]);
  });

  it('never lose a part: whatever text is in a message is in what is read of it', () => {
    const type = fc.constantFrom(
      'text',
      'foo',
      'image',
      'tool_result',
      'tool_use',
      'json',
      'web_search_call',
      'file',
      'reasoning',
      '',
      undefined,
    );
    const name = fc.constantFrom(
      'text',
      'content',
      'input',
      'value',
      'bar',
      'data',
      'output',
      'parts',
      'result',
      'summary',
    );
    const item = fc.tuple(
      type,
      fc.dictionary(name, fc.constantFrom('MARK', { deep: 'MARK' }, ['MARK'], [{ deep: 'MARK' }], null), {
        minKeys: 1,
      }),
    );
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 3 }), fc.boolean(), (items, isContent) => {
        const given = items.map(([kind, fields]) => (kind === undefined ? fields : { type: kind, ...fields }));
        const payload = isContent ? [{ role: 'user', content: given }] : [{ role: 'user', content: 'x' }, ...given];
        const marks = (value: unknown) => JSON.stringify(value).split('MARK').length - 1;

        expect(marks(messagesOf(payload))).toBeGreaterThanOrEqual(marks(given));
      }),
      { numRuns: 2_000 },
    );
  });
});
