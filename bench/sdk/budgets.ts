import { median, type Row } from '../lib/report.ts';
import { ours } from './install.ts';
import { figures, harness, netFigures, type Results, ratio } from './results.ts';
import { type CoreResult, ends, type Measured, outage } from './scenarios.ts';

const json = 'otel2-json';
const gzip = 'otel-tuned';
const floor = 'floor-buffer';

/** What ours is held to. A row appears when what it needs was measured. */
export const budgetRows = (results: Results): Row[] =>
  [
    ...coreRows(results),
    ...loopRows(results),
    ...longRows(results),
    ...faultRows(results),
    ...exitRows(results),
    ...sizeRows(results),
    ...startupRows(results),
  ].filter(({ value }) => !Number.isNaN(value));

const atMost = (name: string, value: number, unit: string, most: number, more: Partial<Row> = {}): Row => ({
  name,
  value,
  unit,
  ...more,
  budget: `<= ${most}`,
  ok: value <= most,
});

const has = (rows: readonly { readonly tracer: string }[], ...tracers: string[]): boolean =>
  tracers.every((tracer) => rows.some((row) => row.tracer === tracer));

/** Peer and floor in the row's own unit: multiples of the peer. */
const asMultiple = (
  core: readonly Measured<CoreResult>[],
  name: string,
  peer: string,
  most: number,
  of: (tracer: string) => number[],
): Row[] =>
  has(core, ours, peer)
    ? [
        atMost(name, ratio(of(ours), of(peer)), `x ${peer}`, most, {
          peer: 1,
          ...(has(core, floor) && { floor: ratio(of(floor), of(peer)) }),
        }),
      ]
    : [];

const coreRows = ({ core }: Results): Row[] => [
  ...asMultiple(core, 'main-thread CPU a span', json, 0.6, (tracer) => netFigures(core, tracer, ({ main }) => main)),
  ...asMultiple(core, 'process CPU a span, compressed', gzip, 0.35, (tracer) =>
    netFigures(core, tracer, ({ cpu }) => cpu),
  ),
  ...asMultiple(core, 'application path a span, p50', json, 0.75, (tracer) =>
    figures(core, tracer, ({ pathP50 }) => pathP50),
  ),
  ...asMultiple(core, 'application path a span, p99', json, 0.6, (tracer) =>
    figures(core, tracer, ({ pathP99 }) => pathP99),
  ),
  ...(has(core, ours)
    ? [
        atMost('bytes on the wire a span', median(figures(core, ours, ({ wire }) => wire)), 'B', 480),
        atMost('requests for 10,000 short spans', median(figures(core, ours, ({ requests }) => requests)), '', 25),
      ]
    : []),
];

function loopRows({ burst }: Results): Row[] {
  if (!has(burst, ours, json)) return [];
  const of = (tracer: string): number[] => figures(burst, tracer, ({ delayMax }) => delayMax);
  return [
    atMost('event loop delay in a burst, max', ratio(of(ours), of(json)), `x ${json}`, 0.5, {
      peer: 1,
      ...(has(burst, floor) && { floor: ratio(of(floor), of(json)) }),
    }),
  ];
}

const longRows = ({ long }: Results): Row[] =>
  has(long, ours)
    ? [atMost('requests for 10,000 long spans', median(figures(long, ours, ({ requests }) => requests)), '', 25)]
    : [];

function faultRows({ faults }: Results): Row[] {
  const idleRss = faults.find(({ tracer, fault }) => tracer === harness && fault === outage)?.maxRss;
  return faults
    .filter(({ tracer }) => tracer === ours)
    .flatMap(({ fault, stats, spans, afterReturnMs, flush, maxRss }) => [
      {
        name: `delivered: ${fault}`,
        value: (stats.delivered / spans) * 100,
        unit: '%',
        budget: '= 100, none twice',
        ok: stats.delivered === spans && (stats.duplicates ?? 0) === 0,
      },
      ...(afterReturnMs === undefined
        ? []
        : [
            {
              ...atMost(`flush() done after the return: ${fault}`, Math.max(0, afterReturnMs) / 1000, 's', 2),
              ok: afterReturnMs <= 2000 && flush.outcome === 'ok',
            },
          ]),
      ...(fault === outage && idleRss !== undefined
        ? [atMost('memory for 50,000 spans through an outage', maxRss - idleRss, 'MB', 48)]
        : []),
    ]);
}

const exitRows = ({ exits }: Results): Row[] =>
  ends.flatMap((end) => {
    const of = (tracer: string) => exits.filter((one) => one.tracer === tracer && one.end === end);
    const delivered = of(ours).map((one) => one.delivered);
    if (delivered.length === 0) return [];
    const least = Math.min(...delivered);
    const added = median(of(ours).map(({ ms }) => ms)) - median(of(harness).map(({ ms }) => ms));
    return [
      { name: `delivered at exit: ${end}`, value: least * 100, unit: '%', budget: '= 100', ok: least === 1 },
      atMost(`added to the exit: ${end}`, added, 'ms', 100),
    ];
  });

function sizeRows({ sizes }: Results): Row[] {
  const own = sizes.find(({ tracer }) => tracer === ours);
  if (own === undefined) return [];
  return [
    atMost('bundle, gzip, Tracer and ky', own.nodeKb ?? Number.POSITIVE_INFINITY, 'KB', 14),
    atMost('installed', own.installedMb, 'MB', 8),
  ];
}

const startupRows = ({ startup }: Results): Row[] =>
  has(startup, ours) ? [atMost('import', median(figures(startup, ours, ({ importMs }) => importMs)), 'ms', 20)] : [];
