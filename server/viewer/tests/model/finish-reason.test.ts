import { describe, expect, it } from 'vitest';
import { finishText } from '../../src/model/finish-reason.ts';

describe('how a model call ended', () => {
  it('is not worth a word where it ended as it should', () => {
    for (const reason of [undefined, 'stop', 'STOP', 'end_turn', 'tool_calls', 'tool-calls', 'stop_sequence'])
      expect(finishText(reason)).toBeUndefined();
  });

  it('is said otherwise, in the words of whatever provider', () => {
    for (const reason of ['length', 'max_tokens', 'MAX_TOKENS'])
      expect(finishText(reason)).toBe('Stopped at the token limit');
    for (const reason of ['content_filter', 'content-filter', 'SAFETY'])
      expect(finishText(reason)).toBe('Stopped by the content filter');
    expect(finishText('MALFORMED_FUNCTION_CALL')).toBe('Stopped: MALFORMED_FUNCTION_CALL');
  });
});
