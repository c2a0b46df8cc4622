import type { Fields } from '../../domain/record.ts';
import type { Outcome } from '../store.ts';
import { commit } from './commit.ts';
import { inParallel } from './concurrency.ts';
import { Conflict } from './failures.ts';
import { isLive, type WholeHead } from './head.ts';
import { objectPrefix, scoresKey, spanKey, traceKey } from './keys.ts';
import { contentExpiry, type Moment } from './moment.ts';
import { type Operation, type SpanOperation, touching } from './operations.ts';
import { type Plan, planOf, type SpanWrite } from './plan.ts';
import { bury } from './removal.ts';
import { readScores, type StoredScores } from './scores.ts';
import { readSpanItem, type StoredSpan, spanItem } from './span-item.ts';
import { untilCommitted } from './until-committed.ts';
import type { WriteContext } from './write-context.ts';

/**
 * Applies operations to a project's traces.
 *
 * Spans' items are put first, each by compare-and-set; they are no part of any trace until its head lists them, which is the
 * commit. Where somebody else was quicker, all is computed again from what stands there then. Rejects with `StoreUnavailable`
 * past the deadline: what was put and not committed is entered by whoever meets it, or by the same records sent again.
 */
export async function write(
  context: WriteContext,
  project: string,
  operations: readonly Operation[],
): Promise<readonly Outcome[]> {
  const traces = new Set(operations.map(({ traceId }) => traceKey(project, traceId)));
  return context.turns.take(traces, () => writeNow(context, project, operations));
}

async function writeNow(
  context: WriteContext,
  project: string,
  operations: readonly Operation[],
): Promise<readonly Outcome[]> {
  const attempts = new Write(context, project, operations);
  const outcomes = await untilCommitted(context, () => attempts.attempt());
  await attempts.removeRefused(outcomes);
  return outcomes;
}

/** One call's attempts. What was learnt of spans by one serves the next; heads are read anew. */
class Write {
  readonly #context: WriteContext;
  readonly #project: string;
  readonly #operations: readonly Operation[];
  readonly #spanOperations: readonly SpanOperation[];
  readonly #spans = new Map<string, StoredSpan | undefined>();
  readonly #put = new Set<string>();
  #heads = new Map<string, WholeHead>();

  constructor(context: WriteContext, project: string, operations: readonly Operation[]) {
    this.#context = context;
    this.#project = project;
    this.#operations = operations;
    this.#spanOperations = operations.filter((operation) => operation.kind === 'span');
  }

  async attempt(): Promise<readonly Outcome[]> {
    const { heads } = this.#context;
    const moment = this.#moment();
    const traceIds = [...new Set(this.#operations.map(({ traceId }) => traceId))];
    this.#heads = await heads.loadWhole(this.#project, traceIds, moment);
    const [payloads, scores] = await Promise.all([
      this.#loadPayloads(),
      this.#loadScores(),
      this.#readSpans(this.#listedSpans()),
    ]);
    const plan = await this.#settle(moment, payloads, scores);
    await commit(this.#context, this.#project, plan.changes, payloads);
    return plan.outcomes;
  }

  /**
   * Removes the items that no trace lists in the end: of a trace that was deleted or has expired meanwhile, or is full. A
   * retry of what a crash left uncommitted comes by here too.
   */
  async removeRefused(outcomes: readonly Outcome[]): Promise<void> {
    const stored = new Set(
      this.#operations.flatMap((operation, index) =>
        operation.kind === 'span' && outcomes[index] === 'stored' ? [operation.spanId] : [],
      ),
    );
    const refused = this.#operations.flatMap((operation, index) => {
      const outcome = outcomes[index] as Outcome;
      if (operation.kind !== 'span' || outcome === 'conflict' || stored.has(operation.spanId)) return [];
      const mayBeThere = outcome === 'swallowed' || operation.isKnown || this.#put.has(operation.spanId);
      return mayBeThere ? [operation] : [];
    });
    if (refused.length === 0) return;
    const items = await this.#context.database.getAll(
      'spans',
      refused.map(({ spanId }) => this.#spanKey(spanId)),
    );
    await inParallel(refused, async ({ traceId, spanId }) => {
      const item = items.get(this.#spanKey(spanId));
      const head = this.#heads.get(traceId);
      if (item?.['t'] !== traceId || head?.slots.has(spanId)) return;
      await this.#context.database.delete('spans', this.#spanKey(spanId), {
        expression: 't = :t AND v = :v',
        values: { ':t': traceId, ':v': item['v'] },
      });
    });
    // Payloads that were put before the trace was met as deleted.
    const written = new Set(refused.filter(({ spanId }) => this.#put.has(spanId)).map(({ traceId }) => traceId));
    for (const traceId of written)
      if (this.#heads.get(traceId)?.state === 'deleted')
        await this.#context.contents.removeObjects(objectPrefix(this.#project, traceId));
  }

  /** Plans, does what must be done first, and plans again, until every item that the plan needs is put. */
  async #settle(
    moment: Moment,
    payloads: ReadonlyMap<string, Fields | undefined>,
    scores: ReadonlyMap<string, StoredScores>,
  ): Promise<Plan> {
    for (;;) {
      const known = { heads: this.#heads, spans: this.#spans, payloads, scores };
      const plan = planOf({ ...moment, pricer: this.#context.pricerOf(this.#project) }, this.#operations, known);
      if (plan.unread.length > 0) await this.#readSpans(plan.unread);
      else if (plan.unknownHolders.length > 0) await this.#loadHolders(plan.unknownHolders, moment);
      else if (plan.expiredHolders.length > 0) await this.#buryHolders(plan.expiredHolders, moment);
      else if (plan.orphans.length > 0) await this.#enterOrphans(plan.orphans, moment);
      else {
        const isDone = await this.#putSpans(plan, moment);
        if (isDone) return plan;
      }
    }
  }

  async #putSpans({ writes, changes }: Plan, moment: Moment): Promise<boolean> {
    const retention = new Map(changes.map((change) => [change.before.traceId, change.retentionMicros]));
    const failed: string[] = [];
    await inParallel(writes, async ({ before, after }: SpanWrite) => {
      const owner = { project: this.#project, traceId: after.traceId, spanId: after.spanId };
      const expiresAt = contentExpiry(retention.get(after.traceId) ?? moment.nowMicros, moment);
      // Before the call: it may take effect without our hearing of it.
      this.#put.add(after.spanId);
      const item = await spanItem(this.#context.contents, owner, { ...after, expiresAt });
      const isPut = await this.#context.database.put(
        'spans',
        item,
        before === undefined
          ? { expression: 'attribute_not_exists(span_id)' }
          : { expression: 'v = :v AND t = :t', values: { ':v': before.version, ':t': before.traceId } },
      );
      if (isPut) this.#spans.set(after.spanId, after);
      else failed.push(after.spanId);
    });
    if (failed.length === 0) return true;
    await this.#readSpans(failed);
    return false;
  }

  async #loadHolders(traceIds: readonly string[], moment: Moment): Promise<void> {
    const heads = await this.#context.heads.loadWhole(this.#project, traceIds, moment);
    for (const [traceId, head] of heads) this.#heads.set(traceId, head);
  }

  async #buryHolders(traceIds: readonly string[], moment: Moment): Promise<void> {
    for (const traceId of traceIds)
      await bury(this.#context, this.#project, traceId, (head) =>
        head.state === 'live' && !isLive(head, moment.cutoffMicros) ? 'expired' : undefined,
      );
    await this.#loadHolders(traceIds, moment);
    const held = [...this.#spans.values()].filter((span) => span !== undefined && traceIds.includes(span.traceId));
    await this.#readSpans(held.map((span) => (span as StoredSpan).spanId));
  }

  async #enterOrphans(orphans: readonly StoredSpan[], moment: Moment): Promise<void> {
    // Out of turn: whoever writes that trace may be waiting for this one.
    for (const { traceId, spanId, record } of orphans)
      await writeNow(this.#context, this.#project, [touching(traceId, spanId, record)]);
    await this.#loadHolders([...new Set(orphans.map(({ traceId }) => traceId))], moment);
    await this.#readSpans(orphans.map(({ spanId }) => spanId));
  }

  /** Spans whose items are to be read before anything is planned. */
  #listedSpans(): string[] {
    const ids = this.#spanOperations.filter(({ traceId, spanId, isKnown }) => {
      const slot = this.#heads.get(traceId)?.slots.get(spanId);
      const known = this.#spans.get(spanId)?.version ?? 0;
      return (isKnown && !this.#spans.has(spanId)) || (slot !== undefined && known < slot.version);
    });
    return [...new Set(ids.map(({ spanId }) => spanId))];
  }

  async #readSpans(spanIds: readonly string[]): Promise<void> {
    if (spanIds.length === 0) return;
    const { database, contents } = this.#context;
    const items = await database.getAll(
      'spans',
      spanIds.map((spanId) => this.#spanKey(spanId)),
    );
    await inParallel(spanIds, async (spanId) => {
      const item = items.get(this.#spanKey(spanId));
      this.#spans.set(spanId, item && (await readSpanItem(contents, this.#project, item)));
    });
  }

  /** Payloads of the records that will be merged with. */
  async #loadPayloads(): Promise<Map<string, Fields | undefined>> {
    const payloads = new Map<string, Fields | undefined>();
    const traceIds = new Set(this.#operations.filter(({ kind }) => kind === 'trace').map(({ traceId }) => traceId));
    await inParallel([...traceIds], async (traceId) => {
      const payload = this.#heads.get(traceId)?.payload;
      if (payload === undefined) return;
      const owner = { project: this.#project, traceId };
      const read = (await this.#context.contents.read(owner, payload)) as Fields | undefined;
      // Its item is gone: the head has moved on since it was read.
      if (read === undefined) throw new Conflict(false);
      payloads.set(traceId, read);
    });
    return payloads;
  }

  async #loadScores(): Promise<Map<string, StoredScores>> {
    const { database, contents } = this.#context;
    const traceIds = [
      ...new Set(this.#operations.filter(({ kind }) => kind === 'score').map(({ traceId }) => traceId)),
    ].filter((traceId) => this.#heads.get(traceId)?.hasScores);
    const items = await database.getAll(
      'traces',
      traceIds.map((traceId) => scoresKey(this.#project, traceId)),
    );
    const scores = new Map<string, StoredScores>();
    await inParallel(traceIds, async (traceId) => {
      const owner = { project: this.#project, traceId };
      scores.set(traceId, await readScores(contents, owner, items.get(scoresKey(this.#project, traceId))));
    });
    return scores;
  }

  #moment(): Moment {
    return this.#context.moment(this.#project);
  }

  #spanKey(spanId: string): string {
    return spanKey(this.#project, spanId);
  }
}
