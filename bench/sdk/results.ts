import { median } from '../lib/report.ts';
import type {
  CoreResult,
  ExitResult,
  FaultResult,
  LongResult,
  LoopResult,
  Measured,
  StartupResult,
} from './scenarios.ts';
import type { Sizes } from './sizes.ts';

/** All that a run of the bench has measured; a part that was not asked for is empty. */
export interface Results {
  readonly core: readonly Measured<CoreResult>[];
  readonly paced: readonly Measured<LoopResult>[];
  readonly burst: readonly Measured<LoopResult>[];
  readonly long: readonly Measured<LongResult>[];
  readonly faults: readonly FaultResult[];
  readonly exits: readonly ExitResult[];
  readonly sizes: readonly Sizes[];
  readonly startup: readonly Measured<StartupResult>[];
}

/** The harness alone: the same control flow without a tracer. */
export const harness = 'noop';

/** One figure of one tracer, a value a run. */
export const figures = <Result>(
  measured: readonly Measured<Result>[],
  tracer: string,
  figure: (result: Result) => number,
): number[] => measured.filter((one) => one.tracer === tracer).map(({ result }) => figure(result));

/** The same without what the harness used in the same run. */
export function netFigures<Result>(
  measured: readonly Measured<Result>[],
  tracer: string,
  figure: (result: Result) => number,
): number[] {
  const idle = figures(measured, harness, figure);
  return figures(measured, tracer, figure).map((value, run) => value - (idle[run] ?? 0));
}

/** The median, over runs, of one tracer's figure divided by another's of the same run. */
export const ratio = (ones: readonly number[], others: readonly number[]): number =>
  median(ones.map((one, run) => one / (others[run] ?? Number.NaN)));

export const tracersOf = (rows: readonly { readonly tracer: string }[]): string[] => [
  ...new Set(rows.map(({ tracer }) => tracer)),
];
