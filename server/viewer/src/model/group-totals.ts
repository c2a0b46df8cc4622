import { formatCost, formatTotalCost } from './format.ts';

/** What traces, sessions and users have in common: sums of usage. */
interface Usage {
  readonly tokens_input: number;
  readonly tokens_output: number;
  readonly total_cost: number;
  readonly unpriced_count: number;
}

export const tokensOf = ({ tokens_input, tokens_output }: Usage): number => tokens_input + tokens_output;

/** The cost of what is summed. Without any model call that carries one it is not known, rather than nothing. */
export function costText(usage: Usage): string {
  const hasUse = tokensOf(usage) > 0 || usage.total_cost > 0;
  return hasUse ? formatTotalCost(usage.total_cost, usage.unpriced_count) : formatCost(undefined);
}
