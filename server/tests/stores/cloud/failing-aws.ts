import type { Aws, AwsCalls } from '../../../src/stores/dynamodb/aws.ts';

/** How a call fails: before it has any effect, or after it took effect and nobody hears of it. */
export type Failure = 'refused' | 'cut off';

/** AWS with a call that fails, the `n`th from when it is armed. */
export class FailingAws implements Aws {
  readonly #aws: Aws;
  #countdown: number | undefined;
  #failure: Failure = 'refused';
  #meanwhile: { readonly call: number; readonly work: () => Promise<unknown> } | undefined;
  calls = 0;

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  /** Lets the `n`th call from now on fail, and each after it: the process is as good as dead. */
  arm(n: number, failure: Failure): void {
    this.#countdown = n;
    this.#failure = failure;
  }

  /** Has something else happen just before the `n`th call. Resolves when that is done. */
  before(n: number, work: () => Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#meanwhile = { call: n, work: () => work().then(() => resolve(), reject) };
    });
  }

  async call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]> {
    this.calls += 1;
    const meanwhile = this.#meanwhile;
    if (this.calls === meanwhile?.call) await meanwhile.work();
    if (this.#countdown === undefined) return this.#aws.call(name, input);
    this.#countdown -= 1;
    if (this.#countdown > 0) return this.#aws.call(name, input);
    if (this.#countdown === 0 && this.#failure === 'cut off') await this.#aws.call(name, input);
    throw Object.assign(new Error('the machine is gone'), { name: 'AccessDeniedException' });
  }

  async close(): Promise<void> {}
}

/** AWS that throttles a share of its calls, whatever they are. */
export class ThrottlingAws implements Aws {
  readonly #aws: Aws;
  readonly #share: number;
  readonly #random: () => number;

  constructor(aws: Aws, share: number, random: () => number) {
    this.#aws = aws;
    this.#share = share;
    this.#random = random;
  }

  async call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]> {
    const [before, after] = [this.#random() < this.#share, this.#random() < this.#share / 4];
    if (!before) {
      const answer = await this.#aws.call(name, input);
      // As rarely, the answer is lost on the way.
      if (!after) return answer;
    }
    throw Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
  }

  async close(): Promise<void> {}
}
