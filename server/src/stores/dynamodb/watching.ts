import type { ChangeListener } from '../watchers.ts';
import { Watchers } from '../watchers.ts';
import { listOf, readPlace } from './keys.ts';
import type { ReadContext } from './read-context.ts';
import { indexes } from './tables.ts';

const pollMs = 3_000;
/** A poll looks at so many of the newest traces, which costs some 50 read units. */
const tracesLookedAt = 100;

/**
 * Tells of changes: of this process' own at once; of what others commit, by looking at the newest traces every few seconds, for
 * as long as somebody watches the project.
 */
export class Watching {
  readonly #context: ReadContext;
  readonly #watchers = new Watchers();
  readonly #polls = new Map<string, Poll>();

  constructor(context: Omit<ReadContext, 'changed'>) {
    this.#context = { ...context, changed: (project, traceId) => this.changed(project, traceId) };
  }

  changed(project: string, traceId: string): void {
    this.#watchers.tell(project, new Set([traceId]));
  }

  watch(project: string, listener: ChangeListener): () => void {
    const end = this.#watchers.watch(project, listener);
    const poll =
      this.#polls.get(project) ?? new Poll(this.#context, project, (ids) => this.#watchers.tell(project, ids));
    this.#polls.set(project, poll);
    poll.listeners += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      end();
      poll.listeners -= 1;
      if (poll.listeners > 0) return;
      poll.stop();
      this.#polls.delete(project);
    };
  }

  close(): void {
    for (const poll of this.#polls.values()) poll.stop();
    this.#polls.clear();
  }
}

/** Looks at one project's newest traces from time to time. */
class Poll {
  listeners = 0;
  readonly #timer: NodeJS.Timeout;
  #versions: ReadonlyMap<string, number> | undefined;
  #isLooking = false;

  constructor(context: ReadContext, project: string, tell: (traceIds: ReadonlySet<string>) => void) {
    const look = async (): Promise<void> => {
      if (this.#isLooking) return;
      this.#isLooking = true;
      try {
        const versions = await versionsOf(context, project);
        if (this.#versions !== undefined) tell(changesOf(this.#versions, versions));
        this.#versions = versions;
      } catch {
        // A look that fails is made up for by the next one.
      } finally {
        this.#isLooking = false;
      }
    };
    void look();
    this.#timer = setInterval(() => void look(), pollMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

async function versionsOf(context: ReadContext, project: string): Promise<Map<string, number>> {
  const traceIds: string[] = [];
  for await (const item of context.database.query('traces', {
    index: indexes.time,
    hash: ['project_id', listOf.traces(project)],
    isDescending: true,
    pageSize: tracesLookedAt,
  })) {
    traceIds.push(readPlace(item['start_time'] as string).traceId);
    if (traceIds.length === tracesLookedAt) break;
  }
  const heads = await context.heads.load(project, traceIds, context.moment(project), false);
  return new Map(Array.from(heads, ([traceId, { version }]) => [traceId, version]));
}

/** What is new, in another version, or gone; not what only newer traces have pushed out of sight. */
function changesOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Set<string> {
  const changed = new Set([...after].flatMap(([id, version]) => (before.get(id) === version ? [] : [id])));
  const isFull = after.size === tracesLookedAt;
  if (!isFull) for (const id of before.keys()) if (!after.has(id)) changed.add(id);
  return changed;
}
