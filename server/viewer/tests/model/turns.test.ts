import { describe, expect, test } from 'vitest';
import { limited } from '../../src/api/limited.ts';
import { dailyCounts, sparkDays, sparkFrom } from '../../src/model/daily.ts';
import { conversationCalls, describeSteps, pauseBetween, saidText, stepsOf } from '../../src/model/turns.ts';

describe('a turn', () => {
  test('is told by the text that a payload holds, whatever form it has', () => {
    expect(saidText('Where is it?', 'user')).toBe('Where is it?');
    expect(saidText({ question: 'Where?', top_k: 3 }, 'user')).toBe('Where?');
    expect(
      saidText(
        {
          messages: [
            { role: 'user', content: 'first' },
            { role: 'assistant', content: 'x' },
            { role: 'user', content: [{ type: 'text', text: 'last' }] },
          ],
        },
        'user',
      ),
    ).toBe('last');
    expect(
      saidText(
        [
          { role: 'assistant', content: null },
          { role: 'assistant', content: 'said' },
        ],
        'assistant',
      ),
    ).toBe('said');
    expect(saidText({ parcel: 12 }, 'user')).toBeUndefined();
    expect(saidText(null, 'user')).toBeUndefined();
  });

  test('says what was done in between', () => {
    const spans = (types: readonly string[]) => types.map((span_type) => ({ span_type })) as never;
    expect(describeSteps(stepsOf(spans(['tool', 'tool', 'llm', 'agent'])))).toBe('2 tool calls, 1 model call');
    expect(describeSteps(stepsOf(spans(['function'])))).toBe('1 step');
  });

  test('takes the first model call as the question and the last as the answer, in order of start', () => {
    const call = (name: string, start_time: string, span_type = 'llm') => ({
      name,
      start_time,
      span_type,
      status: 'ok',
    });
    const { asks, answers } = conversationCalls([call('b', '2'), call('tool', '0', 'tool'), call('a', '1')] as never);
    expect([asks, answers]).toMatchObject([{ name: 'a' }, { name: 'b' }]);
  });

  test('is set apart from the one before by a pause of half an hour', () => {
    const at = (minute: number) => ({ start_time: new Date(minute * 60_000).toISOString() });
    expect(pauseBetween(at(0), at(29))).toBeUndefined();
    expect(pauseBetween(at(0), at(180))).toBe(180 * 60_000);
    expect(pauseBetween({ ...at(0), end_time: at(170).start_time }, at(180))).toBeUndefined();
    expect(pauseBetween(undefined, at(0))).toBeUndefined();
  });
});

test('no more than so many tasks run at a time, all of them run, also after one that fails', async () => {
  const atOnce = limited(3);
  let [running, most] = [0, 0];
  const task = async (index: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (index === 4) throw new Error('no');
    return index;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => atOnce(() => task(index))));
  expect(most).toBe(3);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
});

test('days without traces are zero, groups that were not told apart are unknown', () => {
  const nowMs = Date.UTC(2026, 0, 20, 15);
  const point = (day: number, group: string | undefined, more = {}) => ({
    bucket: new Date(Date.UTC(2026, 0, day)).toISOString(),
    trace_count: 2,
    ...(group === undefined ? {} : { group }),
    ...more,
  });
  expect(sparkFrom(nowMs)).toBe('2026-01-07T00:00:00.000Z');
  const complete = dailyCounts([point(20, 'ada'), point(7, 'ada'), point(20, undefined)], nowMs);
  expect(complete('ada')).toEqual([2, ...Array.from({ length: sparkDays - 2 }, () => 0), 2]);
  expect(complete('bob')).toEqual(Array.from({ length: sparkDays }, () => 0));
  expect(dailyCounts([point(20, undefined, { is_rest: true as const })], nowMs)('bob')).toBeUndefined();
});
