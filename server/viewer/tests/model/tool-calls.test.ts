import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/model/call-arguments.ts';
import { type ChatMessage, messagesOf } from '../../src/model/chat-messages.ts';
import { pairToolCalls } from '../../src/model/tool-calls.ts';

const call = (id: string | undefined, name: string) => ({
  ...(id === undefined ? {} : { id }),
  function: { name, arguments: '{}' },
});
const asking = (...calls: object[]) => ({ role: 'assistant', content: null, tool_calls: calls });
const result = (content: string, id?: string) => ({
  role: 'tool',
  content,
  ...(id === undefined ? {} : { tool_call_id: id }),
});
const saidBy = (message: ChatMessage | undefined) =>
  message?.parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join();
const paired = (messages: unknown[]) =>
  pairToolCalls(messagesOf(messages) ?? []).map(({ calls, isLooseResult, message }) =>
    isLooseResult
      ? `loose: ${saidBy(message)}`
      : calls.map((pair) => `${pair.call.name}: ${saidBy(pair.result)} (${pair.pairedBy})`),
  );

describe('calls and results of tools', () => {
  it('belong together by their id, in whatever order results came', () => {
    expect(paired([asking(call('1', 'a'), call('2', 'b')), result('of b', '2'), result('of a', '1')])).toEqual([
      ['a: of a (id)', 'b: of b (id)'],
    ]);
  });

  it('belong together by their order where there are no ids', () => {
    expect(paired([asking(call(undefined, 'a'), call(undefined, 'b')), result('first'), result('second')])).toEqual([
      ['a: first (order)', 'b: second (order)'],
    ]);
  });

  it('stay alone where the other is not in the record', () => {
    expect(paired([asking(call('1', 'a')), result('nobody asked', '9')])).toEqual([
      ['a: undefined (undefined)'],
      'loose: nobody asked',
    ]);
  });
});

describe('the arguments of a call', () => {
  it('are JSON, their numbers as they were written', () => {
    expect(JSON.stringify(readArguments('{"id":12345678901234567890,"price":1.0}'))).toBe(
      '{"value":{"id":12345678901234567890,"price":1.0}}',
    );
    expect(readArguments({ a: 1 })).toEqual({ value: { a: 1 } });
  });

  it('say where they stop being JSON', () => {
    expect(readArguments('{"city": "Os')).toEqual({ text: '{"city": "Os', brokenAt: 12 });
    expect(readArguments('{"a": oops}')).toEqual({ text: '{"a": oops}', brokenAt: 6 });
  });
});
