import type { SpanRecord } from 'llm-tracer/schema';
import type { TraceTree } from '../../../api/trace-tree.ts';
import { formatCost, formatCount, formatExact } from '../../../model/format.ts';
import { usageByModel, usageParts } from '../../../model/usage.ts';
import { JsonView } from '../../json/json-view.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './tabs.module.css';
import { ToolsOffered } from './tools-offered.tsx';
import { UsageBar } from './usage-bar.tsx';

/** What a model call was asked with, what it used, and what that cost. */
export function UsageTab({ span }: { readonly span: SpanRecord }) {
  const { input, output } = usageParts(span);
  const parameters = Object.entries((span.model_parameters ?? {}) as Record<string, unknown>);
  const hasTokens = (span.tokens_input ?? span.tokens_output) !== undefined;
  return (
    <>
      <section className={styles.section}>
        <h3>Tokens</h3>
        {hasTokens ? (
          <>
            <UsageBar label="Input" total={span.tokens_input} parts={input} />
            <UsageBar label="Output" total={span.tokens_output} parts={output} />
          </>
        ) : (
          <p className={styles.muted}>Not recorded</p>
        )}
      </section>
      <section className={styles.section}>
        <h3>Cost</h3>
        <p>{costText(span)}</p>
      </section>
      {parameters.length > 0 && (
        <section className={styles.section}>
          <h3>Model parameters</h3>
          <table className={styles.table}>
            <tbody>
              {parameters.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">
                    <PayloadText text={name} />
                  </th>
                  <td>
                    <PayloadText text={typeof value === 'string' ? value : JSON.stringify(value)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <ToolsOffered tools={span.tools} />
      {span.usage_details !== undefined && (
        <section className={styles.section}>
          <h3>As the provider reported it</h3>
          <JsonView value={span.usage_details} label="Usage as reported" mostHeight={320} />
        </section>
      )}
    </>
  );
}

/** A cost and where it comes from. */
function costText({ cost_usd, cost_source, cost_price, model, tokens_input, tokens_output }: SpanRecord): string {
  if (cost_usd === undefined) {
    if ((tokens_input ?? tokens_output) === undefined) return 'This span has no cost.';
    return model === undefined ? 'No price known: the model was not recorded.' : `No price known for ${model}.`;
  }
  const cost = formatCost(cost_usd);
  if (cost_source === 'reported') return `${cost} · reported by the client`;
  if (cost_price === undefined) return cost;
  return `${cost} · priced, ${cost_price.table} ${cost_price.version}, ${cost_price.provider} ${cost_price.model}`;
}

/** What the model calls of a trace used, by model. */
export function TraceUsageTab({ data }: { readonly data: TraceTree }) {
  const rows = usageByModel(data.spans);
  if (rows.length === 0) return <p className={styles.muted}>No span of this trace carries tokens or a cost.</p>;
  return (
    <section className={styles.section}>
      <h3>By model</h3>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Calls</th>
            <th scope="col">Tokens in</th>
            <th scope="col">Tokens out</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ model, calls, tokensIn, tokensOut, cost, unpriced }) => (
            <tr key={model}>
              <th scope="row">
                <PayloadText text={model} />
              </th>
              <td>{formatExact(calls)}</td>
              <td>{formatCount(tokensIn)}</td>
              <td>{formatCount(tokensOut)}</td>
              <td>{unpriced === calls ? '—' : `${unpriced > 0 ? '≥ ' : ''}${formatCost(cost)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.muted}>Spans around a call that repeat its usage are not in this table.</p>
    </section>
  );
}
