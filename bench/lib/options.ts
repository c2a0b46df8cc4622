/** What the command line says to a bench. */
export interface BenchOptions {
  /** Fewer and shorter runs: the same tables within a few minutes. */
  readonly isQuick: boolean;
  /** The parts to run, where a bench has parts; all by default. */
  readonly only?: readonly string[] | undefined;
  /** Whom to compare with, where a bench has a choice. */
  readonly peers?: readonly string[] | undefined;
}
