/** A stored span, as far as the shape of its trace and the totals need it. */
export interface Node {
  readonly id: string;
  readonly parent: string | undefined;
  readonly start: string;
  readonly isFinished: boolean;
  readonly hasError: boolean;
  readonly tokensInput: number | undefined;
  readonly tokensOutput: number | undefined;
  readonly cost: number | undefined;
}

export interface Totals {
  readonly spanCount: number;
  readonly errorCount: number;
  readonly tokensInput: bigint;
  readonly tokensOutput: bigint;
  readonly nanoDollars: bigint;
  readonly unpricedCount: number;
}

/** The ids of the spans whose tokens or cost count, and of those whose cost is missing. */
export interface Counted {
  readonly tokens: ReadonlySet<string>;
  readonly cost: ReadonlySet<string>;
  readonly unpriced: ReadonlySet<string>;
}

/** The spans of one trace by their parent links, walked naively: from every span up to where the links end. */
export class Tree {
  readonly #nodes: ReadonlyMap<string, Node>;

  constructor(nodes: readonly Node[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
  }

  /** Whether following parent links from a span comes back to it. */
  #isOnCycle(id: string): boolean {
    const seen = new Set<string>();
    for (let at = this.#storedParent(id); at !== undefined && !seen.has(at); at = this.#storedParent(at)) {
      if (at === id) return true;
      seen.add(at);
    }
    return false;
  }

  #storedParent(id: string): string | undefined {
    const parent = this.#nodes.get(id)?.parent;
    return parent !== undefined && this.#nodes.has(parent) ? parent : undefined;
  }

  /** wire.md, Totals: "a missing parent ends the chain until it arrives; links on a cycle are ignored". */
  #ancestors(id: string): string[] {
    const ancestors: string[] = [];
    for (let at = id; !this.#isOnCycle(at); ) {
      const parent = this.#storedParent(at);
      if (parent === undefined) break;
      ancestors.push(parent);
      at = parent;
    }
    return ancestors;
  }

  /**
   * wire.md, Roots: "among spans whose parent is absent, not stored or on a cycle, the one without parent first, then the
   * earliest, then the smallest id".
   */
  root(): string | undefined {
    const candidates = [...this.#nodes.values()].filter(({ id }) => {
      const parent = this.#storedParent(id);
      return parent === undefined || this.#isOnCycle(parent);
    });
    candidates.sort(
      (a, b) =>
        Number(a.parent !== undefined) - Number(b.parent !== undefined) ||
        compare(a.start, b.start) ||
        compare(a.id, b.id),
    );
    return candidates[0]?.id;
  }

  /**
   * wire.md, Totals: a finished span "carries tokens if it has `tokens_input` or `tokens_output`, cost if it has `cost_usd`
   * (0 included). Its tokens count iff no descendant carries tokens, its cost iff no descendant carries cost".
   */
  counted(): Counted {
    const finished = this.#finished();
    const carriesTokens = (node: Node) => node.tokensInput !== undefined || node.tokensOutput !== undefined;
    const carriesCost = (node: Node) => node.cost !== undefined;
    const aboveTokens = new Set(finished.filter(carriesTokens).flatMap((node) => this.#ancestors(node.id)));
    const aboveCost = new Set(finished.filter(carriesCost).flatMap((node) => this.#ancestors(node.id)));
    const costIds = new Set(finished.filter(carriesCost).map((node) => node.id));

    const tokens = finished.filter((node) => carriesTokens(node) && !aboveTokens.has(node.id));
    const cost = finished.filter((node) => carriesCost(node) && !aboveCost.has(node.id));
    const unpriced = tokens.filter(
      (node) =>
        !costIds.has(node.id) &&
        !aboveCost.has(node.id) &&
        !this.#ancestors(node.id).some((ancestor) => costIds.has(ancestor)),
    );
    const ids = (nodes: readonly Node[]) => new Set(nodes.map(({ id }) => id));
    return { tokens: ids(tokens), cost: ids(cost), unpriced: ids(unpriced) };
  }

  totals(): Totals {
    const finished = this.#finished();
    const { tokens, cost, unpriced } = this.counted();
    const countedTokens = finished.filter(({ id }) => tokens.has(id));
    return {
      spanCount: finished.length,
      errorCount: finished.filter((node) => node.hasError).length,
      tokensInput: sum(countedTokens.map((node) => BigInt(node.tokensInput ?? 0))),
      tokensOutput: sum(countedTokens.map((node) => BigInt(node.tokensOutput ?? 0))),
      nanoDollars: sum(finished.filter(({ id }) => cost.has(id)).map((node) => nanoDollars(node.cost as number))),
      unpricedCount: unpriced.size,
    };
  }

  #finished(): Node[] {
    return [...this.#nodes.values()].filter((node) => node.isFinished);
  }
}

export const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, number) => total + number, 0n);

export const nanoDollars = (cost: number): bigint => BigInt(Math.round(cost * 1e9));

/** The double nearest to a number of nano-dollars, in dollars. */
export const dollars = (nano: bigint): number =>
  Number(`${nano / 1_000_000_000n}.${(nano % 1_000_000_000n).toString().padStart(9, '0')}`);

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
