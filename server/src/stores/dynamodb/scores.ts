import type { ScoreRecord } from 'llm-tracer/schema';
import type { Merged } from '../../domain/record.ts';
import { scoreView } from '../../domain/view.ts';
import { pack, unpack } from './compression.ts';
import { type Contents, largestInItem } from './contents.ts';
import type { Item } from './database.ts';
import { scoresKey } from './keys.ts';
import { joinRecord, type RecordHead, splitRecord } from './record-codec.ts';

/** The scores of one trace, which stand in one item beside its head. */
export interface StoredScores {
  /** Counts the changes; 0 where there is no item. */
  readonly version: number;
  readonly scores: ReadonlyMap<string, StoredScore>;
}

export interface StoredScore {
  readonly record: Merged;
  /** When it first came: feedback whose trace never comes is kept that long. */
  readonly receivedMicros: number;
}

export const noScores: StoredScores = { version: 0, scores: new Map() };

const noPayloads: ReadonlySet<string> = new Set();

/** Feedback is small and rare; an item of much of it stands in an object. */
export async function scoresItem(
  contents: Contents,
  owner: { readonly project: string; readonly traceId: string },
  { version, scores }: StoredScores,
  expiresAt: number,
): Promise<Item> {
  const packed = pack(
    Array.from(scores, ([id, { record, receivedMicros }]) => [
      id,
      receivedMicros,
      splitRecord(record, noPayloads).head,
    ]),
  );
  return {
    trace_id: scoresKey(owner.project, owner.traceId),
    v: version,
    expires_at: expiresAt,
    ...(packed.length <= 16 * largestInItem ? { b: packed } : { bo: await contents.putObject(owner, packed) }),
  };
}

export async function readScores(
  contents: Contents,
  owner: { readonly project: string; readonly traceId: string },
  item: Item | undefined,
): Promise<StoredScores> {
  if (item === undefined) return noScores;
  const packed = (item['b'] as Uint8Array | undefined) ?? (await contents.getObject(owner, item['bo'] as string));
  const rows = unpack(packed) as [id: string, receivedMicros: number, head: RecordHead][];
  return {
    version: item['v'] as number,
    scores: new Map(
      rows.map(([id, receivedMicros, head]) => [id, { record: joinRecord(head, undefined), receivedMicros }]),
    ),
  };
}

/** Scores in order of (created_at, score_id), each with the record that it is read from. */
export function scoreRecordsOf(
  traceId: string,
  { scores }: StoredScores,
): { readonly view: ScoreRecord; readonly record: Merged }[] {
  const views = Array.from(scores, ([scoreId, { record }]) => ({
    view: scoreView(traceId, scoreId, record.fields),
    record,
  }));
  return views.sort(({ view: a }, { view: b }) =>
    a.created_at === b.created_at ? (a.score_id < b.score_id ? -1 : 1) : a.created_at < b.created_at ? -1 : 1,
  );
}
