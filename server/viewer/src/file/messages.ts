/** A line that is not valid, and why. */
export interface LineFault {
  readonly line: number;
  readonly detail: string;
}

/** What was read of a file. */
export interface FileReport {
  readonly form: 'export' | 'otlp';
  /** Lines of an export; spans of OTLP, whose `line` is their number. */
  readonly read: number;
  readonly valid: number;
  /** The first of them. */
  readonly faults: readonly LineFault[];
  readonly traces: number;
  /** Whether an export told its end; without it, it was cut off. */
  readonly isWhole: boolean;
  /** From the start of the first trace to the last moment that is known. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export type ToWorker =
  | { readonly kind: 'open'; readonly file: File; readonly project: string }
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
    };

export type FromWorker =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'opened'; readonly report: FileReport }
  | { readonly kind: 'refused'; readonly detail: string }
  /** As bytes, which are handed over: an object of 20 MB would be copied while the page waits. */
  | { readonly kind: 'answer'; readonly id: number; readonly status: number; readonly json: Uint8Array<ArrayBuffer> };
