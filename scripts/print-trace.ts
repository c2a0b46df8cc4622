import type { SpanRecord, TraceAnswer } from '../sdk/src/schema/index.ts';

interface Row {
  readonly label: string;
  readonly duration: string;
  readonly tokens: string;
  readonly cost: string;
  readonly note: string;
}

/** A stored trace as text: a line for the trace and one for each span, as a tree, with times, tokens, cost and errors. */
export function printTrace({ trace, spans }: TraceAnswer): string {
  const total: Row = {
    label: trace.name,
    duration: duration(trace.duration_ms),
    tokens: tokens(trace.tokens_input, trace.tokens_output),
    cost: trace.unpriced_count > 0 ? `≥ ${dollars(trace.total_cost)}` : dollars(trace.total_cost),
    note: note(trace),
  };
  return align([total, ...spanRows(spans)]);
}

function spanRows(spans: readonly SpanRecord[]): Row[] {
  const parentOf = parents(spans);
  const inOrder = [...spans].sort((a, b) => compare(a.start_time, b.start_time) || compare(a.span_id, b.span_id));

  const rowsBelow = (parent: SpanRecord | undefined, indent: string): Row[] => {
    const siblings = inOrder.filter((span) => parentOf(span) === parent);
    return siblings.flatMap((span, i) => {
      const isLast = i === siblings.length - 1;
      return [
        spanRow(span, `${indent}${isLast ? '└─ ' : '├─ '}`),
        ...rowsBelow(span, `${indent}${isLast ? '   ' : '│  '}`),
      ];
    });
  };
  return rowsBelow(undefined, '');
}

/** A span's parent in the tree: none where it is not stored, and none for a link on a cycle, as the server's totals have it. */
function parents(spans: readonly SpanRecord[]): (span: SpanRecord) => SpanRecord | undefined {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const linked = (span: SpanRecord) => (span.parent_span_id === undefined ? undefined : byId.get(span.parent_span_id));
  const isOnCycle = (span: SpanRecord): boolean => {
    const met = new Set<SpanRecord>();
    let above = linked(span);
    while (above !== undefined && above !== span && !met.has(above)) {
      met.add(above);
      above = linked(above);
    }
    return above === span;
  };
  return (span) => (isOnCycle(span) ? undefined : linked(span));
}

function spanRow(span: SpanRecord, branch: string): Row {
  const hasTokens = span.tokens_input !== undefined || span.tokens_output !== undefined;
  return {
    label: `${branch}${span.name} [${span.span_type}]`,
    duration: duration(span.duration_ms),
    tokens: hasTokens ? tokens(span.tokens_input, span.tokens_output) : '',
    cost: span.cost_usd !== undefined ? dollars(span.cost_usd) : hasTokens ? 'unknown' : '',
    note: note(span),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const tokens = (input = 0, output = 0) => `${input} → ${output} tokens`;

/** Six digits after the point: one call to a small model costs less than a hundredth of a cent. */
const dollars = (amount: number) => `$${amount.toFixed(6)}`;

function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return 'running';
  if (milliseconds < 1) return `${Math.round(milliseconds * 1000)} µs`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function note({ status, error }: { status: string; error?: string | undefined }): string {
  if (status !== 'error') return '';
  return error === undefined ? '✗ error' : `✗ ${error.split('\n', 1)[0]}`;
}

function align(rows: readonly Row[]): string {
  const widest = (column: keyof Row) => Math.max(...rows.map((row) => row[column].length));
  const [label, time, token, cost] = [widest('label'), widest('duration'), widest('tokens'), widest('cost')];
  return rows
    .map((row) =>
      [
        row.label.padEnd(label),
        row.duration.padStart(time),
        row.tokens.padStart(token),
        row.cost.padStart(cost),
        row.note,
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
