import type { Terminal } from './terminal.ts';

// On a terminal the line is written over; into a log, each is one more.
const intervalMs = { terminal: 200, log: 10_000 };

/** Says on standard error how far long work has come. */
export class Progress {
  readonly #stderr: Terminal['stderr'];
  readonly #isTerminal: boolean;
  #saidAt = performance.now();
  #hasLine = false;

  constructor({ stderr }: Pick<Terminal, 'stderr'>) {
    this.#stderr = stderr;
    this.#isTerminal = stderr.isTTY === true;
  }

  /** Called as often as there is something to say; says it now and then. */
  update(text: () => string): void {
    const now = performance.now();
    if (now - this.#saidAt < (this.#isTerminal ? intervalMs.terminal : intervalMs.log)) return;
    this.#saidAt = now;
    this.say(text());
  }

  /** Says it now. */
  say(text: string): void {
    this.#stderr.write(this.#isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    this.#hasLine = this.#isTerminal;
  }

  /** Leaves the line as it is, so that what follows stands below. */
  end(): void {
    if (this.#hasLine) this.#stderr.write('\n');
    this.#hasLine = false;
  }
}

/** A count as people read it: 1,234,567. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** A size as people read it. */
export function sized(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < units.length - 1) [size, unit] = [size / 1_000, unit + 1];
  return unit === 0 ? counted(bytes, 'byte') : `${size.toFixed(1)} ${units[unit]}`;
}
