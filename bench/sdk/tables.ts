import { median } from '../lib/report.ts';
import { figures, harness, netFigures, type Results, tracersOf } from './results.ts';
import { ends, outage } from './scenarios.ts';

interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All tables of what was measured, ours beside the others, as Markdown. */
export function printTables(results: Results): void {
  const tables = [
    coreTable(results),
    loopTable('Paced: 10,000 spans at 1,000 a second', results.paced),
    loopTable('Burst: 10,000 spans as fast as the loop turns', results.burst),
    longTable(results),
    ...faultTables(results),
    exitTable(results),
    sizeTable(results),
    startupTable(results),
  ];
  for (const { title, head, rows } of tables) {
    if (rows.length === 0) continue;
    console.log(`\n### ${title}\n`);
    for (const line of aligned([head, ...rows])) console.log(line);
  }
  console.log();
}

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width))).join(' | ')} |`;
  const [head = [], ...body] = rows.map(line);
  return [
    head as string,
    `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column ? ':' : '-'}`).join('|')}|`,
    ...body,
  ];
};

const middle = (values: readonly number[], digits = 0): string => median(values).toFixed(digits);

const withRange = (values: readonly number[], digits = 1): string =>
  values.length === 1
    ? middle(values, digits)
    : `${middle(values, digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

const percent = (values: readonly number[]): string => (Math.min(...values) * 100).toFixed(1);

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

const coreTable = ({ core }: Results): Table => ({
  title: 'Core: CPU and application path, µs a span; CPU without that of the harness',
  head: [
    'tracer',
    'main thread',
    'all threads',
    'path p50',
    'path mean',
    'path p99',
    'B/span',
    'decoded',
    'encoding',
    'requests/10k',
    'delivered %',
  ],
  rows: tracersOf(core)
    .filter((tracer) => tracer !== harness)
    .map((tracer) => [
      tracer,
      withRange(netFigures(core, tracer, (result) => result.main)),
      withRange(netFigures(core, tracer, (result) => result.cpu)),
      withRange(figures(core, tracer, (result) => result.pathP50)),
      middle(
        figures(core, tracer, (result) => result.pathMean),
        1,
      ),
      middle(figures(core, tracer, (result) => result.pathP99)),
      middle(figures(core, tracer, (result) => result.wire)),
      middle(figures(core, tracer, (result) => result.decoded)),
      Object.keys(core.find((one) => one.tracer === tracer)?.result.encodings ?? {}).join(' '),
      middle(figures(core, tracer, (result) => result.requests)),
      percent(figures(core, tracer, (result) => result.delivered)),
    ]),
});

const loopTable = (title: string, loop: Results['paced']): Table => ({
  title,
  head: [
    'tracer',
    'loop delay p99 ms',
    'loop delay max ms',
    'produced s',
    'flushed at s',
    'RSS growth MB',
    'requests',
    'delivered %',
    'flush()',
  ],
  rows: tracersOf(loop).map((tracer) => [
    tracer,
    withRange(figures(loop, tracer, (result) => result.delayP99)),
    withRange(figures(loop, tracer, (result) => result.delayMax)),
    middle(
      figures(loop, tracer, (result) => result.producedMs / 1000),
      2,
    ),
    middle(
      figures(loop, tracer, (result) => result.flushedMs / 1000),
      2,
    ),
    middle(figures(loop, tracer, (result) => result.rss)),
    middle(figures(loop, tracer, (result) => result.requests)),
    percent(figures(loop, tracer, (result) => result.delivered)),
    [...new Set(loop.filter((one) => one.tracer === tracer).map(({ result }) => result.flushed))]
      .join('; ')
      .slice(0, 40),
  ]),
});

const longTable = ({ long }: Results): Table => ({
  title: 'Long: 400 traces, each inner span open for 400 ms, a new trace every 5 ms; µs a span',
  head: ['tracer', 'main thread', 'all threads', 'requests/10k', 'B/span', 'delivered %'],
  rows: tracersOf(long).map((tracer) => [
    tracer,
    middle(figures(long, tracer, (result) => result.main)),
    middle(figures(long, tracer, (result) => result.cpu)),
    middle(figures(long, tracer, (result) => result.requests)),
    middle(figures(long, tracer, (result) => result.wire)),
    percent(figures(long, tracer, (result) => result.delivered)),
  ]),
});

function faultTables({ faults }: Results): Table[] {
  const names = [...new Set(faults.map(({ fault }) => fault))];
  const table = (title: string, cell: (result: Results['faults'][number]) => string): Table => ({
    title,
    head: ['tracer', ...names],
    rows: tracersOf(faults).map((tracer) => [
      tracer,
      ...names.map((name) => {
        const result = faults.find((one) => one.tracer === tracer && one.fault === name);
        return result === undefined ? '' : cell(result);
      }),
    ]),
  });
  const idleRss = faults.find(({ tracer, fault }) => tracer === harness && fault === outage)?.maxRss ?? Number.NaN;
  const memory = table('Peak RSS above the same run without a tracer, MB', ({ maxRss }) =>
    (maxRss - idleRss).toFixed(0),
  );
  return [
    table('Faults: delivered % (percent sent again)', ({ stats, spans }) => {
      const again = (stats.resent / spans) * 100;
      return `${((stats.delivered / spans) * 100).toFixed(1)}${again > 0 ? ` (+${again.toFixed(1)})` : ''}`;
    }),
    table("flush() and how it ended, s, of it after the server's return", ({ flush, afterReturnMs }) => {
      const after = afterReturnMs === undefined ? '' : `, ${seconds(afterReturnMs)}`;
      return `${seconds(flush.ms)}${after}${flush.outcome === 'ok' ? '' : ` ${flush.outcome.slice(0, 8)}`}`;
    }),
    table('Lines printed / requests refused', ({ noise, stats }) => `${noise} / ${stats.refused}`),
    {
      ...memory,
      head: ['tracer', outage],
      rows: memory.rows.map((row) => [row[0] ?? '', row[names.indexOf(outage) + 1] ?? '']),
    },
  ];
}

const exitTable = ({ exits }: Results): Table => ({
  title: 'Exits: delivered % of 500 spans with no call to the tracer / seconds to the end of the process',
  head: ['tracer', ...ends],
  rows: tracersOf(exits).map((tracer) => [
    tracer,
    ...ends.map((end) => {
      const results = exits.filter((one) => one.tracer === tracer && one.end === end);
      const delivered = Math.min(...results.map((one) => one.delivered)) * 100;
      return `${delivered.toFixed(0)} % / ${seconds(median(results.map(({ ms }) => ms)))}`;
    }),
  ]),
});

const sizeTable = ({ sizes }: Results): Table => ({
  title: 'Sizes: smallest program bundled, minified and gzipped; what is installed',
  head: ['tracer', 'Node KB', 'browser KB', 'installed MB', 'packages', 'files'],
  rows: sizes.map(({ tracer, nodeKb, browserKb, installedMb, packages, files }) => [
    tracer,
    nodeKb?.toFixed(1) ?? 'fails',
    browserKb?.toFixed(1) ?? 'fails',
    installedMb.toFixed(1),
    String(packages),
    String(files),
  ]),
});

const startupTable = ({ startup }: Results): Table => ({
  title: 'Start-up',
  head: ['tracer', 'import ms', 'set-up ms', 'RSS MB'],
  rows: tracersOf(startup).map((tracer) => [
    tracer,
    withRange(
      figures(startup, tracer, (result) => result.importMs),
      0,
    ),
    middle(
      figures(startup, tracer, (result) => result.initMs),
      1,
    ),
    middle(figures(startup, tracer, (result) => result.rss)),
  ]),
});
