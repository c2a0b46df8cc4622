import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { BenchOptions } from './lib/options.ts';
import { median, type Row } from './lib/report.ts';

const root = join(import.meta.dirname, '..');
const bundle = join(root, 'server/dist/lambda/index.mjs');
const archive = join(root, 'server/dist/lambda.zip');
const starter = join(import.meta.dirname, 'lambda/start.mjs');

const budgetMs = 150;
const budgetKb = 700;

/** Milliseconds from the start of a process to the end of its first answer. */
function startOf(target: string, call: 'read' | 'write'): number {
  const from = performance.timeOrigin + performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', starter, target, call], {
    encoding: 'utf8',
    env: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      API_KEYS: 'bench:secret-of-the-bench',
      DYNAMODB_TRACES_TABLE: 'bench-traces',
      DYNAMODB_SPANS_TABLE: 'bench-spans',
      PAYLOAD_BUCKET: 'bench-payloads',
      LOG_LEVEL: 'silent',
    },
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split('\n').at(-1)) - from;
}

/** What the files of the function itself take in the archive, compressed. */
function packedBytesWithoutViewer(): number {
  let bytes = 0;
  const filter = ({ name, size }: { name: string; size: number }): boolean => {
    if (!name.startsWith('viewer/')) bytes += size;
    return false;
  };
  unzipSync(readFileSync(archive), { filter });
  return bytes;
}

/**
 * How long a new process takes to its first answer (`/health`), and to its first write against a DynamoDB that answers at
 * once; beside an empty handler, interleaved, so that all meet the same machine.
 */
export async function benchLambda({ isQuick }: BenchOptions): Promise<Row[]> {
  const packed = spawnSync('npx', ['-y', 'pnpm@12', 'package:lambda'], { cwd: root, stdio: 'ignore' });
  if (packed.status !== 0 || !existsSync(bundle)) throw new Error('pnpm package:lambda failed');
  const times: Record<'empty' | 'read' | 'write', number[]> = { empty: [], read: [], write: [] };
  for (let run = 0; run < (isQuick ? 7 : 25); run += 1) {
    times.empty.push(startOf('empty', 'read'));
    times.read.push(startOf(bundle, 'read'));
    times.write.push(startOf(bundle, 'write'));
  }
  const [empty, read, write] = [median(times.empty), median(times.read), median(times.write)];
  const kb = packedBytesWithoutViewer() / 1024;
  return [
    { name: 'process start to first answer', value: read, unit: 'ms', floor: empty },
    {
      name: 'of that, over the empty handler',
      value: read - empty,
      unit: 'ms',
      budget: `<= ${budgetMs}`,
      ok: read - empty <= budgetMs,
    },
    { name: 'process start to first write stored', value: write, unit: 'ms', floor: empty },
    { name: 'zip, without viewer files', value: kb, unit: 'KB', budget: `<= ${budgetKb}`, ok: kb <= budgetKb },
  ];
}
