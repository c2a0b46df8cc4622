import { ledgerEntry } from '../../domain/ledger.ts';
import { RollupSheet } from '../../domain/rollup.ts';
import { microsPerDay } from '../../domain/time.ts';
import type { RecountReport } from '../store.ts';
import { inParallel } from './concurrency.ts';
import { type Summary, summaryOf, versionOf, type WholeHead } from './head.ts';
import { listOf, readPlace, spanKey } from './keys.ts';
import type { Slot } from './ledger-codec.ts';
import { rewriting, touching } from './operations.ts';
import type { Projects } from './projects.ts';
import { readSpanItem, type StoredSpan } from './span-item.ts';
import { addingSums, addSums, type DaySums, daySumsOf, noSums, readSums } from './sums.ts';
import { indexes } from './tables.ts';
import { write } from './write.ts';
import type { WriteContext } from './write-context.ts';

// Writes that come in between move the sums; then it is counted again.
const mostAttempts = 3;
const tracesAtOnce = 100;

/**
 * Recomputes ledgers, trace totals and sums from the spans' own items, and says where what is stored differs. An item that is
 * ahead of its ledger, as a crash leaves it, is entered first: it is received, not wrong.
 */
export async function recount(context: WriteContext, projects: Projects, repair: boolean): Promise<RecountReport> {
  const reports: RecountReport[] = [];
  await inParallel(await projects.names(), async (project) => {
    reports.push(await recountProject(context, project, repair));
  });
  return {
    traces: reports.reduce((sum, { traces }) => sum + traces, 0),
    spans: reports.reduce((sum, { spans }) => sum + spans, 0),
    differences: reports.flatMap(({ differences }) => differences),
  };
}

async function recountProject(context: WriteContext, project: string, repair: boolean): Promise<RecountReport> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await readSums(context.database, project, true);
    const count = new Count(context, project, repair);
    await count.traces();
    const after = await readSums(context.database, project, true);
    const isSteady = isSame(before, after);
    if (!isSteady && attempt < mostAttempts) continue;
    const missing = missingOf(context, project, count.sums(), after);
    const differences = isSteady
      ? [...missing.keys()].map((day) => `project ${project}: the sums of day ${day} differ`)
      : [`project ${project}: it is being written to, so its sums could not be compared`];
    if (repair && isSteady && missing.size > 0) await addMissing(context, project, missing);
    return { ...count.report(), differences: [...count.report().differences, ...differences] };
  }
}

/** One pass over a project's traces. */
class Count {
  readonly #context: WriteContext;
  readonly #project: string;
  readonly #repair: boolean;
  readonly #sheet = new RollupSheet();
  readonly #differences: string[] = [];
  #traces = 0;
  #spans = 0;

  constructor(context: WriteContext, project: string, repair: boolean) {
    this.#context = context;
    this.#project = project;
    this.#repair = repair;
  }

  async traces(): Promise<void> {
    const { database } = this.#context;
    let traceIds: string[] = [];
    const hash = ['project_id', listOf.traces(this.#project)] as const;
    for await (const item of database.query('traces', { index: indexes.time, hash })) {
      traceIds.push(readPlace(item['start_time'] as string).traceId);
      if (traceIds.length < tracesAtOnce) continue;
      await this.#count(traceIds);
      traceIds = [];
    }
    await this.#count(traceIds);
  }

  sums(): Map<number, DaySums> {
    return daySumsOf(this.#sheet.changes());
  }

  report(): RecountReport {
    return { traces: this.#traces, spans: this.#spans, differences: this.#differences };
  }

  async #count(traceIds: readonly string[]): Promise<void> {
    const { heads } = this.#context;
    const found = await heads.loadWhole(this.#project, traceIds, this.#context.moment(this.#project));
    await inParallel([...found.values()], async (head) => {
      if (head.state === 'live') await this.#countTrace(head);
    });
  }

  async #countTrace(given: WholeHead): Promise<void> {
    const { heads } = this.#context;
    const { traceId } = given;
    let head = given;
    let spans = await this.#readSpans(head);
    const ahead = spans.filter(({ spanId, version }) => version > (head.slots.get(spanId)?.version ?? version));
    if (ahead.length > 0) {
      const touches = ahead.map(({ spanId, record }) => touching(traceId, spanId, record));
      await write(this.#context, this.#project, touches);
      head = (await heads.loadWhole(this.#project, [traceId], this.#context.moment(this.#project))).get(
        traceId,
      ) as WholeHead;
      spans = await this.#readSpans(head);
    }
    const slots = recountedSlots(head, spans);
    const recounted = versionOf({ ...head, slots });
    if (head.state !== 'live') return;
    this.#traces += 1;
    this.#spans += slots.size;
    const wrong = [...slots.values()].filter(
      ({ entry }) => JSON.stringify(entry) !== JSON.stringify(head.slots.get(entry.spanId)?.entry),
    );
    for (const { entry } of wrong)
      this.#differences.push(`trace ${traceId}: the ledger entry of span ${entry.spanId} differs from the span`);
    if (recounted === undefined) {
      this.#differences.push(`trace ${traceId} has neither a record nor spans`);
      return;
    }
    const [stored, expected] = [totalsText(summaryOf(head)), totalsText(recounted.state)];
    if (stored !== expected)
      this.#differences.push(`trace ${traceId}: stored totals ${stored} differ from the recount ${expected}`);
    this.#sheet.putIn(recounted.share);
    if (!this.#repair || (wrong.length === 0 && stored === expected)) return;
    const entered = wrong.length > 0 ? wrong : [...slots.values()].slice(0, 1);
    await write(
      this.#context,
      this.#project,
      entered.map(({ entry }) => rewriting(traceId, entry.spanId)),
    );
  }

  async #readSpans(head: WholeHead): Promise<StoredSpan[]> {
    const { database, contents } = this.#context;
    const keys = [...head.slots.keys()].map((spanId) => spanKey(this.#project, spanId));
    const items = await database.getAll('spans', keys);
    const spans: StoredSpan[] = [];
    await inParallel([...items.values()], async (item) => {
      const span = await readSpanItem(contents, this.#project, item, false);
      if (span.traceId === head.traceId) spans.push(span);
    });
    return spans;
  }
}

/** The ledger as the spans' items have it. What DynamoDB has removed by its date stays as it is listed. */
function recountedSlots(head: WholeHead, spans: readonly StoredSpan[]): Map<string, Slot> {
  const slots = new Map(head.slots);
  for (const { spanId, version, record, price } of spans)
    slots.set(spanId, { version, entry: ledgerEntry(spanId, record.fields, price) });
  return slots;
}

const totalsText = ({ name, startMicros, endTime, status, totals }: Summary): string =>
  JSON.stringify({ name, startMicros, endTime, status, totals: { ...totals, costNanos: String(totals.costNanos) } });

/** What sums must be added, by day, for them to be those of the traces. Days that have expired are no longer summed. */
function missingOf(
  context: WriteContext,
  project: string,
  counted: ReadonlyMap<number, DaySums>,
  stored: ReadonlyMap<number, DaySums>,
): Map<number, DaySums> {
  const { cutoffMicros } = context.moment(project);
  const missing = new Map<number, DaySums>();
  for (const day of new Set([...counted.keys(), ...stored.keys()])) {
    if (day * microsPerDay <= cutoffMicros) continue;
    const difference = addSums(counted.get(day) ?? noSums, negated(stored.get(day) ?? noSums));
    if (Object.values(difference).some((sum) => sum !== 0n)) missing.set(day, difference);
  }
  return missing;
}

const negated = (sums: DaySums): DaySums =>
  Object.fromEntries(Object.entries(sums).map(([field, sum]) => [field, -sum])) as unknown as DaySums;

async function addMissing(
  context: WriteContext,
  project: string,
  missing: ReadonlyMap<number, DaySums>,
): Promise<void> {
  const moment = context.moment(project);
  for (const [day, change] of missing)
    await context.database.transact([addingSums(context.database, project, day, change, 0, moment)]);
}

const isSame = (a: ReadonlyMap<number, DaySums>, b: ReadonlyMap<number, DaySums>): boolean => textOf(a) === textOf(b);

const textOf = (days: ReadonlyMap<number, DaySums>): string =>
  JSON.stringify([...days].sort(([a], [b]) => a - b).map(([day, sums]) => [day, Object.values(sums).map(String)]));
