import type { Readable, Writable } from 'node:stream';

/** What a command has of the process that it runs in. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/**
 * How a command ends:
 * 0 it is done, and all is well; 1 it is done, and something is not well (totals differ, records were refused, a check failed);
 * 2 it was asked wrongly (arguments, variables); 3 it could not be done (no connection, no such file, a full disk).
 */
export const exitCodes = { well: 0, unwell: 1, asked: 2, undone: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command has found: a report for programs, the same as text for people. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly report: object;
  readonly text: string;
  /** Where standard output is taken by what the command writes, the outcome goes to standard error. @default false */
  readonly isOutputTaken?: boolean;
}

/** Why a command was not carried out, in a sentence. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
