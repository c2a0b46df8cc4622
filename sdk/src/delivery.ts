import type { Clock } from './clock.ts';
import { type ExitClient, forgetExit, forgetSignals, watchExit, watchSignals } from './exit-flush.ts';
import { Batcher, type FlushReport, type StoreOptions } from './export/batcher.ts';
import type { Block, Body } from './export/block.ts';
import { crc32 } from './export/checksum.ts';
import { HttpTransport } from './export/http.ts';
import { defaultSpoolFolder, Spool } from './export/spool.ts';
import type { Transport } from './export/transport.ts';
import type { Ids } from './ids.ts';
import type { ResolvedOptions } from './options.ts';
import { version } from './version.ts';
import type { Warnings } from './warnings.ts';

/** What {@link createDelivery} works with. */
export interface DeliveryOptions {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly warnings: Warnings;
  /** `XDG_STATE_HOME`. */
  readonly stateHome: string | undefined;
}

/** All that brings a tracer's records to its server, up to the end of the process; undefined without a key. */
export function createDelivery({ options, clock, ids, warnings, stateHome }: DeliveryOptions): Batcher | undefined {
  const { apiKey, transport, url, requestTimeoutMs, fetch, spool } = options;
  const { elapsed } = clock;
  if (apiKey === undefined && transport === undefined) {
    warnings.warn('tracing is off: no API key. Set TRACER_API_KEY, or TRACING_ENABLED=false to turn it off silently.');
    return undefined;
  }
  let instance: string | undefined;
  const http = transport
    ? undefined
    : new HttpTransport({ url, apiKey: apiKey as string, requestTimeoutMs, elapsed, fetch });
  const openStore = (store: StoreOptions): Spool | undefined => {
    // A folder for each server and project: a record must not reach another one.
    const project = globalThis.Buffer?.from(`${url} ${apiKey?.split(':')[0]}`);
    const base = typeof spool === 'string' ? spool : defaultSpoolFolder(stateHome);
    const folder = `${base}/${crc32(project).toString(16).padStart(8, '0')}`;
    return Spool.open({ ...store, folder, maxBytes: options.maxSpoolBytes, random: ids.spanId() });
  };
  const batcher: Batcher = new Batcher({
    ...options,
    transport: (transport ?? http) as Transport,
    packer: http,
    ...(spool === false ? {} : { openStore }),
    sender: {
      name: 'llm-tracer',
      version,
      // Not before it is sent: some edge runtimes give no random numbers while modules are loading.
      get instance() {
        instance ??= ids.traceId();
        return instance;
      },
    },
    elapsed,
    createBatchId: () => ids.spanId(),
    queue: { maxRecords: options.maxQueueRecords, maxBytes: options.maxQueueBytes },
    warnings,
    onBusy: (isBusy) => (isBusy ? watchExit : forgetExit)(client),
    onClosed: () => forgetSignals(client),
  });
  // With a fetch of the user's own nobody but that knows the way.
  const request = fetch === undefined ? http?.request : undefined;
  const client = exitClient(batcher, request, options, warnings);
  if (options.flushOnSignals) watchSignals(client);
  batcher.start();
  return batcher;
}

function exitClient(
  batcher: Batcher,
  request: HttpTransport['request'] | undefined,
  { exitTimeoutMs, drainTimeoutMs, spool }: ResolvedOptions,
  warnings: Warnings,
): ExitClient {
  const warnOf = (pending: number): void => {
    if (pending === 0) return;
    const place = spool === false ? 'undelivered' : 'undelivered: the next one with this spool sends what is in it';
    warnings.warn(`the process ends with ${pending} records ${place}`);
  };
  let taken: readonly Block[] = [];
  return {
    flush() {
      if (exitTimeoutMs === 0) return;
      void batcher.flush(exitTimeoutMs).then(({ pending }: FlushReport) => {
        warnOf(pending);
        // An open socket would hold the process longer than promised.
        return pending === 0 ? undefined : batcher.close(0);
      });
    },
    remainder() {
      taken = batcher.takeStock();
      if (request === undefined || drainTimeoutMs === 0) return undefined;
      return { ...request, bodies: taken.map(({ body }) => body as Body), timeoutMs: drainTimeoutMs };
    },
    drained(arrived, isEnd) {
      batcher.settle(taken.filter((_, index) => arrived[index]));
      if (!isEnd) return;
      warnOf(batcher.pending);
      batcher.discard();
    },
  };
}
