import { describe, expect, it } from 'vitest';
import type { ToolCall } from '../../src/model/chat-messages.ts';
import { buildSpanTree } from '../../src/model/span-tree.ts';
import { toolSpansOf } from '../../src/model/tool-spans.ts';
import { aSpan, aTrace, startMs } from './any-spans.ts';

const call = (name: string): ToolCall => ({ id: `id-${name}`, name, input: {} });
const tree = buildSpanTree(
  aTrace(1_000),
  [
    aSpan('ask', 0, 100, undefined, { span_type: 'llm' }),
    aSpan('weather-1', 110, 200, undefined, { span_type: 'tool', name: 'get_weather' }),
    aSpan('time', 120, 150, undefined, { span_type: 'tool', name: 'get_time' }),
    aSpan('weather-2', 115, 190, undefined, { span_type: 'tool', name: 'get_weather' }),
    aSpan('ask-again', 300, 400, undefined, { span_type: 'llm' }),
    aSpan('weather-3', 410, 500, undefined, { span_type: 'tool', name: 'get_weather' }),
  ],
  startMs + 5_000,
);
const at = (id: string) => tree.indexOf.get(id) ?? -1;

describe('the tool spans of a model call', () => {
  it('are those of the same name that follow it, before the next model call, in the order of the calls', () => {
    const [first, time, second] = [call('get_weather'), call('get_time'), call('get_weather')];
    const found = toolSpansOf(tree, at('ask'), [first, time, second]);

    expect([first, time, second].map((each) => found.get(each))).toEqual([
      at('weather-1'),
      at('time'),
      at('weather-2'),
    ]);
  });

  it('are not those of another call', () => {
    const third = call('get_weather');
    expect(toolSpansOf(tree, at('ask-again'), [third]).get(third)).toBe(at('weather-3'));
    const [a, b, c] = [call('get_weather'), call('get_weather'), call('get_weather')];
    expect(toolSpansOf(tree, at('ask'), [a, b, c]).get(c)).toBeUndefined();
  });

  it('are none where no span has the name', () => {
    expect(toolSpansOf(tree, at('ask'), [call('unheard_of')]).size).toBe(0);
  });
});
