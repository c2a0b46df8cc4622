// Below this a double still has room to add one more token count or nano-dollar amount without rounding.
const safeRange = 2 ** 52;

/** A sum of integers that stays exact beyond 2^53, at the price of a plain addition while it is below. */
export class ExactSum {
  #low = 0;
  #high = 0n;

  add(amount: number): void {
    this.#low += amount;
    if (this.#low > safeRange || this.#low < -safeRange) {
      this.#high += BigInt(this.#low);
      this.#low = 0;
    }
  }

  addBig(amount: bigint): void {
    this.#high += amount;
  }

  get value(): bigint {
    return this.#high + BigInt(this.#low);
  }

  /** The nearest double. */
  get number(): number {
    return this.#high === 0n ? this.#low : Number(this.value);
  }
}
