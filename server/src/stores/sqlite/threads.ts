import { Worker } from 'node:worker_threads';

/**
 * Starts one of the programs that stand beside this file (in `dist` beside the bundle) in a thread. A thread is no reason
 * for the process to stay.
 */
export function startThread(program: 'reader-thread' | 'search-thread', workerData: unknown): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(`./${program}.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    workerData,
    name: program,
    // Started from source by something that runs it in its own way (a test), Node itself must resolve the workspace.
    ...(isSource ? { execArgv: ['--conditions=@llm-tracer/source', '--disable-warning=ExperimentalWarning'] } : {}),
  });
  worker.unref();
  return worker;
}
