import { recordAnswer } from '../record-answer.ts';
import type { Answer } from '../record-call.ts';
import { type Head, headOf } from './head.ts';

/**
 * An answer that is recorded much as it came: an image, a transcript, a moderation. Of a stream it is the last event, which
 * has all of it, or the text so far.
 */
export function plainAnswer(outputOf: (answer: never) => unknown = withoutUsage): Answer {
  let last: object = {};
  let text = '';
  return {
    add(value) {
      const isText = typeof value === 'string';
      last = isText ? {} : (value as object);
      const said = isText ? value : (value as { delta?: unknown }).delta;
      if (typeof said === 'string') text += said;
      return true;
    },
    recordOn(span) {
      recordAnswer(span, headOf(last as Head));
      span.setOutput(outputOf((text === '' ? last : { text, ...last }) as never));
    },
  };
}

const withoutUsage = ({ usage: _, ...rest }: Head): unknown => rest;
