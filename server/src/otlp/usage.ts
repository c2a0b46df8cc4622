import type { Attributes } from './attributes.ts';
import type { UsageFound } from './findings.ts';
import { count } from './readers.ts';

/** Where a convention has each count; the first key that holds one is taken. */
export interface UsageKeys {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly total?: readonly string[];
  readonly cacheRead?: readonly string[];
  readonly cacheWrite?: readonly string[];
  readonly reasoning?: readonly string[];
  /** All attributes that begin so are the details, under the rest of their name. */
  readonly details: readonly string[];
}

const parts = ['input', 'output', 'total', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

/** Reads counts out of attributes. Undefined where there is neither an input nor an output: 0 would be made up. */
export function usageFrom(attributes: Attributes, keys: UsageKeys): UsageFound | undefined {
  const found: Partial<Record<(typeof parts)[number], number>> = {};
  const used: string[] = [];
  for (const part of parts) {
    const key = keys[part]?.find((candidate) => count(attributes.peek(candidate)) !== undefined);
    if (key === undefined) continue;
    found[part] = count(attributes.peek(key)) as number;
    used.push(key);
  }
  if (found.input === undefined && found.output === undefined) return undefined;
  attributes.claim(used);
  return { ...found, details: Object.fromEntries(keys.details.flatMap((prefix) => attributes.takeUnder(prefix))) };
}

/** Token counts as the wire has them: totals that hold their parts. */
export interface InclusiveUsage {
  readonly tokens_input?: number;
  readonly tokens_output?: number;
  readonly tokens_cache_read?: number;
  readonly tokens_cache_write?: number;
  readonly tokens_reasoning?: number;
}

/**
 * Makes counts inclusive. Conventions differ in whether cached and reasoning tokens are inside the totals, and so do versions
 * of one client; the numbers often tell: parts that exceed their total stand beside it, and where a grand total is given, it
 * says which reading adds up.
 */
export function inclusive(usage: UsageFound): InclusiveUsage {
  const { input, output, total, cacheRead = 0, cacheWrite = 0, reasoning = 0, isExclusive } = usage;
  const cached = cacheRead + cacheWrite;
  const beside = isExclusive === undefined ? addsUp(usage) : { cached: isExclusive, reasoning: isExclusive };
  const isCachedBeside = beside?.cached ?? cached > (input ?? 0);
  const isReasoningBeside = beside?.reasoning ?? reasoning > (output ?? 0);

  const tokensInput = input === undefined && cached === 0 ? undefined : (input ?? 0) + (isCachedBeside ? cached : 0);
  const tokensOutput = output === undefined ? undefined : output + (isReasoningBeside ? reasoning : 0);
  return withoutUndefined({
    tokens_input: tokensInput ?? remainder(total, tokensOutput),
    tokens_output: tokensOutput ?? remainder(total, tokensInput),
    tokens_cache_read: usage.cacheRead,
    tokens_cache_write: usage.cacheWrite,
    tokens_reasoning: usage.reasoning,
  });
}

/** Which parts the grand total says to stand beside their totals; undefined where it says nothing. */
function addsUp(usage: UsageFound): { readonly cached: boolean; readonly reasoning: boolean } | undefined {
  const { input, output, total, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = usage;
  if (input === undefined || output === undefined || total === undefined) return undefined;
  const cached = cacheRead + cacheWrite;
  switch (total - input - output) {
    case 0:
      return { cached: false, reasoning: false };
    case cached + reasoning:
      return { cached: true, reasoning: true };
    case cached:
      return { cached: true, reasoning: false };
    case reasoning:
      return { cached: false, reasoning: true };
    default:
      return undefined;
  }
}

/** What a grand total leaves for the other side. 0 is nothing that anybody has said. */
const remainder = (total: number | undefined, part: number | undefined): number | undefined =>
  total !== undefined && part !== undefined && total > part ? total - part : undefined;

const withoutUndefined = <T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
