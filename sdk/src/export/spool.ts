import { nodeBuiltin } from '../node-builtin.ts';
import type { ElementKind } from '../schema/ingest.ts';
import type { BlockStore, StoreOptions } from './batcher.ts';
import type { Block } from './block.ts';
import { decodeSegment, encodeRecord } from './segment.ts';
import { heartbeatMs, isGone, nobody, ownOwner } from './spool-owner.ts';

/** What a {@link Spool} works with. */
export interface SpoolOptions extends StoreOptions {
  /** Made where it is missing. All that is in it belongs to one project. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly random: string;
}

interface Segment {
  path: string;
  bytes: number;
  /** Records of this tracer that are in it; 0 for what another process left. */
  own: number;
  /** Whether every record of its block is in it. */
  isWhole: boolean;
  readonly isRecovered: boolean;
  file: number | undefined;
}

type FileSystem = typeof import('node:fs');

const suffix = '.segment';

/**
 * Keeps blocks on disk until they are settled: a file a block, to which each record is written when it ends. So it
 * survives even a killed process, and whoever opens the same folder next sends it.
 *
 * A file carries its owner's name. Taking over what a dead one left is renaming the file: of several processes that try,
 * one succeeds. Written is handed to the system, not forced to the disk: a power cut may lose the last seconds.
 */
export class Spool implements BlockStore {
  readonly #options: SpoolOptions;
  readonly #fs: FileSystem;
  readonly #owner: string;
  readonly #segments = new Map<Block, Segment>();
  /** On disk and not in memory, oldest first. */
  readonly #stored: Segment[] = [];
  #bytes = 0;
  #count = 0;
  #writing: Segment | undefined;
  #isClosed = false;
  readonly #heartbeat: ReturnType<typeof setInterval>;

  /** @returns undefined, and a problem told, where the folder cannot be used. */
  static open(options: SpoolOptions): Spool | undefined {
    const fs = nodeBuiltin('node:fs');
    try {
      if (fs === undefined) throw new Error('this runtime has no files');
      fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
      const { uid } = fs.statSync(options.folder);
      const self = globalThis.process.getuid?.();
      if (self !== undefined && self !== 0 && uid !== self) throw new Error('it belongs to another user');
      return new Spool(options, fs);
    } catch (error) {
      options.onProblem(`the spool ${options.folder} cannot be used, records wait in memory only: ${String(error)}`);
      return undefined;
    }
  }

  private constructor(options: SpoolOptions, fs: FileSystem) {
    this.#options = options;
    this.#fs = fs;
    this.#owner = ownOwner(options.random);
    this.#takeOver();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref?.();
  }

  get keptSize(): number {
    return this.#stored.reduce((sum, { own }) => sum + own, 0);
  }

  get hasNext(): boolean {
    return !this.#isClosed && this.#stored.length > 0;
  }

  append(block: Block, kind: ElementKind, json: string): void {
    let segment = this.#segments.get(block);
    try {
      segment ??= this.#begin(block);
      if (segment !== this.#writing) this.#continue(segment);
      const frame = encodeRecord(kind, json);
      if (!this.#makeRoom(frame.length)) throw new Error(`it is full (${this.#options.maxBytes} bytes)`);
      const written = this.#fs.writeSync(segment.file as number, frame);
      if (written < frame.length) {
        this.#fs.ftruncateSync(segment.file as number, segment.bytes);
        throw new Error('the disk is full');
      }
      segment.bytes += written;
      this.#bytes += written;
      if (!segment.isRecovered) segment.own += 1;
    } catch (error) {
      if (segment !== undefined) segment.isWhole = false;
      this.#options.onProblem(`the spool takes no more, records wait in memory only: ${String(error)}`);
    }
  }

  forget(block: Block): void {
    const segment = this.#segments.get(block);
    if (segment === undefined) return;
    this.#segments.delete(block);
    this.#remove(segment);
  }

  keep(block: Block): boolean {
    const segment = this.#segments.get(block);
    if (segment === undefined || !segment.isWhole) return false;
    this.#segments.delete(block);
    this.#finish(segment);
    this.#stored.push(segment);
    return true;
  }

  next(create: () => Block): Block | undefined {
    for (let segment = this.#stored.shift(); segment !== undefined; segment = this.#stored.shift()) {
      const records = this.#read(segment);
      if (records.length === 0) {
        this.#remove(segment);
        continue;
      }
      const block = create();
      block.isRecovered = segment.isRecovered;
      for (const { kind, json } of records) block.add(kind, json, false);
      this.#segments.set(block, segment);
      return block;
    }
    return undefined;
  }

  /** Gives what is left to whoever comes next, this process or another. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const segment of this.#segments.values()) this.#finish(segment);
    for (const { path } of this.#stored) this.#rename(path, nobody);
    this.#segments.clear();
    this.#isClosed = true;
  }

  #begin(block: Block): Segment {
    const path = this.#pathOf(this.#owner);
    const { isRecovered } = block;
    const segment: Segment = { path, bytes: 0, own: 0, isWhole: true, isRecovered, file: undefined };
    this.#segments.set(block, segment);
    return segment;
  }

  /** One file is open at a time: blocks are filled one after the other. */
  #continue(segment: Segment): void {
    if (this.#writing !== undefined) this.#finish(this.#writing);
    segment.file = this.#fs.openSync(segment.path, 'a', 0o600);
    this.#writing = segment;
  }

  #finish(segment: Segment): void {
    if (segment.file === undefined) return;
    this.#quietly(() => this.#fs.closeSync(segment.file as number));
    segment.file = undefined;
    if (this.#writing === segment) this.#writing = undefined;
  }

  #remove(segment: Segment): void {
    this.#finish(segment);
    this.#bytes -= segment.bytes;
    this.#quietly(() => this.#fs.rmSync(segment.path, { force: true }));
  }

  /** The oldest of what only the disk has go first. */
  #makeRoom(bytes: number): boolean {
    while (this.#bytes + bytes > this.#options.maxBytes) {
      const oldest = this.#stored.shift();
      if (oldest === undefined) return false;
      const count = oldest.isRecovered ? this.#read(oldest).length : oldest.own;
      this.#remove(oldest);
      if (count > 0) this.#options.onDrop('spool_full', count, !oldest.isRecovered);
      this.#options.onProblem('the spool is full: the oldest records in it are dropped');
    }
    return true;
  }

  #read(segment: Segment): readonly { readonly kind: ElementKind; readonly json: string }[] {
    try {
      const { records, tornBytes } = decodeSegment(this.#fs.readFileSync(segment.path));
      if (tornBytes > 0) this.#options.onProblem(`${tornBytes} bytes at the end of a spool segment were cut off`);
      if (segment.own > records.length) this.#options.onDrop('spool_damaged', segment.own - records.length, true);
      return records;
    } catch (error) {
      this.#options.onProblem(`a spool segment could not be read: ${String(error)}`);
      if (segment.own > 0) this.#options.onDrop('spool_damaged', segment.own, true);
      return [];
    }
  }

  /** Makes what owners that are gone have left its own. */
  #takeOver(): void {
    const { folder } = this.#options;
    const found = this.#fs.readdirSync(folder).filter((name) => name.endsWith(suffix));
    // Names begin with the owner; what one owner wrote is numbered.
    for (const name of found.sort()) {
      const owner = name.slice(0, name.indexOf('.'));
      this.#quietly(() => {
        const { size, mtimeMs } = this.#fs.statSync(`${folder}/${name}`);
        if (owner === this.#owner || !isGone(owner, Date.now() - mtimeMs)) return;
        const path = this.#rename(`${folder}/${name}`, this.#owner);
        if (path === undefined) return;
        this.#bytes += size;
        this.#stored.push({ path, bytes: size, own: 0, isWhole: true, isRecovered: true, file: undefined });
      });
    }
    this.#makeRoom(0);
  }

  #beat(): void {
    const now = new Date();
    for (const { path } of [...this.#segments.values(), ...this.#stored])
      this.#quietly(() => this.#fs.utimesSync(path, now, now));
    this.#quietly(() => this.#takeOver());
  }

  /** Undefined where somebody else was faster. */
  #rename(path: string, owner: string): string | undefined {
    const target = this.#pathOf(owner);
    try {
      this.#fs.renameSync(path, target);
      return target;
    } catch {
      return undefined;
    }
  }

  #pathOf(owner: string): string {
    this.#count += 1;
    return `${this.#options.folder}/${owner}.${this.#options.random}.${String(this.#count).padStart(9, '0')}${suffix}`;
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch {
      // The file is gone, or the disk is: there is nothing more to do about it.
    }
  }
}

/** Where the spool is if nobody says: `$XDG_STATE_HOME/llm-tracer` or `~/.local/state/llm-tracer`. */
export function defaultSpoolFolder(stateHome: string | undefined): string {
  const home = nodeBuiltin('node:os')?.homedir() ?? '';
  return `${stateHome || `${home}/.local/state`}/llm-tracer`;
}
