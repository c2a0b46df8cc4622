import { nodeBuiltin } from '../node-builtin.ts';
import { crc32 } from './checksum.ts';

// An owner says this often that it lives; on another machine, where nobody can look for its process, silence means that
// it does not.
export const heartbeatMs = 15_000;
const silentMs = 60_000;
// On this machine a process with its number lives, and nothing tells whether it is the same one.
const suspiciousMs = 600_000;

/** The owner of segments that nobody holds any more. */
export const nobody = 'free-0-0-0';

/** A name for this process (and one tracer in it) that others can tell from its successors with the same number. */
export function ownOwner(random: string): string {
  const { pid } = globalThis.process;
  return `${host()}-${pid}-${startOf(pid)}-${random}`;
}

/** Whether whoever wrote under this name is gone, so that another may send what it left. */
export function isGone(owner: string, silentForMs: number): boolean {
  if (owner === nobody) return true;
  const [ownerHost, pid, start] = owner.split('-');
  if (ownerHost !== host()) return silentForMs > silentMs;
  try {
    globalThis.process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ESRCH') return true;
  }
  const now = startOf(Number(pid));
  return now === '0' ? silentForMs > suspiciousMs : now !== start;
}

const host = (): string => {
  const name = nodeBuiltin('node:os')?.hostname() ?? '';
  return crc32(globalThis.Buffer.from(name)).toString(16);
};

/** When a process started, as Linux counts: numbers of processes are used again, this is not. Elsewhere `0`. */
const startOf = (pid: number): string => {
  try {
    const stat = nodeBuiltin('node:fs')?.readFileSync(`/proc/${pid}/stat`, 'utf8') ?? '';
    // The name of the program, in brackets, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
};
