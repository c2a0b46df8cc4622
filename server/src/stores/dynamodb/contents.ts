import { createHash, randomBytes } from 'node:crypto';
import type { Fields } from '../../domain/record.ts';
import type { Aws } from './aws.ts';
import { pack, unpack } from './compression.ts';
import type { Database } from './database.ts';
import { asUnavailable } from './failures.ts';
import { objectKey, partKey, traceKey } from './keys.ts';

/**
 * Where a value stands that may be large: with what refers to it, in an item of its own, or as an object in the payload bucket
 * (the claim-check pattern). Items and objects are written once, before anything refers to them, and never changed.
 */
export type Content =
  | { readonly at: 'here'; readonly value: unknown }
  | { readonly at: 'item'; readonly id: string }
  | { readonly at: 'object'; readonly hash: string };

/** The same as JSON within an item. */
export type StoredContent = { readonly j: unknown } | { readonly i: string } | { readonly o: string };

export const storedContent = (content: Content): StoredContent =>
  content.at === 'here' ? { j: content.value } : content.at === 'item' ? { i: content.id } : { o: content.hash };

export const readContent = (stored: StoredContent): Content =>
  'j' in stored
    ? { at: 'here', value: stored.j }
    : 'i' in stored
      ? { at: 'item', id: stored.i }
      : { at: 'object', hash: stored.o };

/**
 * Above so many bytes an object costs less than what an item takes of write units: a PUT is priced as some eight of them, and
 * each KB of an item is one.
 */
export const largestInItem = 8 * 1024;
/** Below so many bytes a payload of a trace's record costs less in the head, rewritten at each commit, than as an item. */
const largestInHead = 256;

export interface Owner {
  readonly project: string;
  readonly traceId: string;
  /** Absent for what belongs to the trace itself. */
  readonly spanId?: string;
}

/** The payload bucket, and items that hold a payload each. */
export class Contents {
  readonly #aws: Aws;
  readonly #database: Database;
  readonly #bucket: string;

  constructor(aws: Aws, database: Database, bucket: string) {
    this.#aws = aws;
    this.#database = database;
    this.#bucket = bucket;
  }

  /** Puts the payload of a trace's record where it is to stand. */
  async placePayload(owner: Owner, payload: Fields, expiresAt: number): Promise<Content> {
    const packed = pack(payload);
    if (packed.length <= largestInHead) return { at: 'here', value: payload };
    if (packed.length > largestInItem) return { at: 'object', hash: await this.putObject(owner, packed) };
    const id = randomBytes(9).toString('base64url');
    await this.#database.put('spans', {
      span_id: partKey(owner.project, owner.traceId, 'payload', id),
      // No head may ever list it, if we stop here: so that deletion finds it.
      trace_id: traceKey(owner.project, owner.traceId),
      b: packed,
      expires_at: expiresAt,
    });
    return { at: 'item', id };
  }

  async read(owner: Owner, content: Content): Promise<unknown> {
    if (content.at === 'here') return content.value;
    if (content.at === 'object') return unpack(await this.getObject(owner, content.hash));
    const key = partKey(owner.project, owner.traceId, 'payload', content.id);
    const item = await this.#database.get('spans', key);
    return item === undefined ? undefined : unpack(item['b'] as Uint8Array);
  }

  /** Stores bytes as an object; resolves with what names it. */
  async putObject({ project, traceId, spanId }: Owner, packed: Uint8Array): Promise<string> {
    const hash = createHash('sha256').update(packed).digest('hex');
    const Key = objectKey(project, traceId, spanId, hash);
    await this.#call(() => this.#aws.call('putObject', { Bucket: this.#bucket, Key, Body: packed }));
    return hash;
  }

  async getObject({ project, traceId, spanId }: Owner, hash: string): Promise<Uint8Array> {
    const Key = objectKey(project, traceId, spanId, hash);
    const bytes = await this.#call(() => this.#aws.call('getObject', { Bucket: this.#bucket, Key }));
    if (bytes === undefined) throw new Error(`the object ${Key} is empty`);
    return bytes;
  }

  /** Removes every object under a prefix. */
  async removeObjects(prefix: string): Promise<void> {
    for (let token: string | undefined; ; ) {
      const { Contents: found = [], NextContinuationToken } = await this.#call(() =>
        this.#aws.call('listObjects', {
          Bucket: this.#bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      const Objects = found.map(({ Key }) => ({ Key: Key as string }));
      if (Objects.length > 0)
        await this.#call(() =>
          this.#aws.call('deleteObjects', { Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
        );
      if (NextContinuationToken === undefined) return;
      token = NextContinuationToken;
    }
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
