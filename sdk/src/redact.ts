// `llm-tracer/redact`: masks for what should not leave the process. Found by form alone: a name is not.
import type { Mask } from './masking.ts';

/** What {@link redact} takes out. */
export interface RedactOptions {
  /** Addresses, as `[email]`. */
  readonly emails?: boolean | undefined;
  /** Card numbers of 13 to 19 digits that pass the Luhn check, also in groups, as `[card]`. */
  readonly cards?: boolean | undefined;
  /** Keys of OpenAI, Anthropic, AWS, GitHub, Slack, Stripe, Google and others, JSON web tokens, private keys, as `[key]`. */
  readonly apiKeys?: boolean | undefined;
  /** What follows `Bearer` or `Basic`, as `[token]`. */
  readonly bearerTokens?: boolean | undefined;
  /** Members by name, whatever they hold and whatever the case: `password`. */
  readonly keys?: readonly string[] | undefined;
  /** Patterns of your own, by what stands in their place: `{ '[iban]': /\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/ }`. */
  readonly patterns?: Readonly<Record<string, RegExp>> | undefined;
}

// No pattern here can be made to take more than linear time: each begins where a run of its characters begins.
const emails = /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const bearerTokens = /\b(bearer|basic)(\s{1,8})(?=[\w.~+/-]*[\d=])[\w.~+/-]{8,}={0,2}/gi;
const cards =
  /(?<!\d)(?:\d{13,19}|\d{4}(?<separator>[ -])\d{4}\k<separator>\d{4}\k<separator>\d{1,7}|\d{4}(?<other>[ -])\d{6}\k<other>\d{4,5})(?!\d)/g;
const apiKeys = new RegExp(
  `(?<!\\w)(?:${[
    'sk-[\\w-]{20,}', // OpenAI, Anthropic, OpenRouter, Langfuse
    '(?:AKIA|ASIA)[A-Z0-9]{16}', // AWS
    'gh[pousr]_[A-Za-z0-9]{30,}', // GitHub
    'github_pat_\\w{20,}',
    'glpat-[\\w-]{20,}', // GitLab
    'xox[abeoprs]-[\\w-]{10,}', // Slack
    'xapp-[\\w-]{10,}',
    '[rs]k_(?:live|test)_\\w{10,}', // Stripe
    'whsec_[\\w+/=]{10,}',
    'AIza[\\w-]{35}', // Google
    'ya29\\.[\\w-]{20,}',
    'npm_[A-Za-z0-9]{30,}',
    'hf_[A-Za-z0-9]{30,}', // Hugging Face
    'gsk_[A-Za-z0-9]{20,}', // Groq
    'xai-[\\w-]{20,}',
    'pcsk_\\w{20,}', // Pinecone
    'SG\\.[\\w-]{20,}\\.[\\w-]{20,}', // SendGrid
    '(?<!-)eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*', // JSON web tokens
  ].join('|')})`,
  'g',
);
const privateKeys =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!----))*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g;

// Payment cards begin with 2221 to 2720, or 3 to 6; times in milli- and microseconds with 1.
const mayBeCard = /^(?:2[2-7]|[3-6])/;

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

type Scrub = (text: string) => string;

const scrubCards: Scrub = (text) => {
  let scrubbed = '';
  let from = 0;
  cards.lastIndex = 0;
  for (let match = cards.exec(text); match !== null; match = cards.exec(text)) {
    const [found] = match;
    const digits = found.replace(/\D/g, '');
    if (!mayBeCard.test(digits) || !passesLuhn(digits)) {
      // What is no card may contain the beginning of one: `2026 4111 1111 1111 1111`.
      cards.lastIndex = match.index + 1;
      continue;
    }
    scrubbed += `${text.slice(from, match.index)}[card]`;
    from = match.index + found.length;
  }
  return scrubbed + text.slice(from);
};

/**
 * A mask that takes out what is named: in texts wherever they stand, in keys of objects, and card numbers among numbers.
 *
 * @param options Without any, all four built-in kinds. With some, what is named and nothing else.
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 * import { redact } from 'llm-tracer/redact';
 *
 * const tracer = new Tracer({ mask: redact({ emails: true, apiKeys: true, keys: ['password'] }) });
 * ```
 */
export function redact(
  options: RedactOptions = { emails: true, cards: true, apiKeys: true, bearerTokens: true },
): Mask {
  const scrubs: Scrub[] = [];
  if (options.bearerTokens) scrubs.push((text) => text.replace(bearerTokens, '$1$2[token]'));
  if (options.apiKeys) scrubs.push((text) => text.replace(apiKeys, '[key]').replace(privateKeys, '[key]'));
  if (options.emails) scrubs.push((text) => (text.includes('@') ? text.replace(emails, '[email]') : text));
  if (options.cards) scrubs.push(scrubCards);
  for (const [name, pattern] of Object.entries(options.patterns ?? {})) {
    const everywhere = new RegExp(pattern, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
    scrubs.push((text) => text.replace(everywhere, () => name));
  }
  const scrub: Scrub = (text) => scrubs.reduce((scrubbed, each) => each(scrubbed), text);
  const names = new Set((options.keys ?? []).map((key) => key.toLowerCase()));

  return (value, { path }) => {
    if (names.size > 0 && names.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase())) return '[redacted]';
    if (typeof value === 'string') return scrub(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const text = String(value);
      return options.cards && scrubCards(text) !== text ? '[card]' : value;
    }
    return isRecord(value) ? withScrubbedKeys(value, scrub) : value;
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function withScrubbedKeys(value: Record<string, unknown>, scrub: Scrub): Record<string, unknown> {
  // Nearly always nothing is found, and this is one look instead of one for each key.
  const keys = Object.keys(value);
  const together = keys.join('\n');
  if (scrub(together) === together) return value;
  return Object.fromEntries(keys.map((key) => [scrub(key), value[key]]));
}

/**
 * Masks one after another: each is shown what the one before it returned.
 *
 * @example
 * ```ts
 * import { Tracer } from 'llm-tracer';
 * import { chain, redact } from 'llm-tracer/redact';
 *
 * const tracer = new Tracer({
 *   mask: chain(redact(), (value, { kind }) => (kind === 'metadata' ? undefined : value)),
 * });
 * ```
 */
export const chain =
  (...masks: readonly Mask[]): Mask =>
  (value, context) =>
    masks.reduce((masked, mask) => (masked === undefined ? undefined : mask(masked, context)), value);
