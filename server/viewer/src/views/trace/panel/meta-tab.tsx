import { Link } from '@tanstack/react-router';
import type { SpanRecord, TraceRecord } from 'llm-tracer/schema';
import type { ReactNode } from 'react';
import { usePageSession } from '../../../session-context.ts';
import { JsonView } from '../../json/json-view.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './tabs.module.css';

/** Which filter of the list finds traces with the same value. */
const filters: Readonly<Record<string, string>> = {
  user_id: 'user_id',
  session_id: 'session_id',
  environment: 'environment',
  release: 'release',
  name: 'name',
  model: 'model',
};

/** Ids, times and labels of a record, and the metadata that the application added. */
export function MetaTab({ record }: { readonly record: SpanRecord | TraceRecord }) {
  const { project } = usePageSession();
  const facts = Object.entries(record).filter(
    ([name, value]) =>
      ['string', 'number'].includes(typeof value) &&
      !['error', 'error_stack', 'input', 'output', 'input_data', 'output_data'].includes(name),
  );
  const tags = 'tags' in record ? record.tags : [];
  return (
    <>
      {record.metadata !== undefined && (
        <section className={styles.section}>
          <h3>Metadata</h3>
          <JsonView value={record.metadata} label="Metadata" mostHeight={360} />
        </section>
      )}
      {tags.length > 0 && (
        <p className={styles.section}>
          Tags:{' '}
          {tags.map((tag) => (
            <span key={tag} className={styles.chip}>
              <PayloadText text={tag} />
            </span>
          ))}
        </p>
      )}
      <section className={styles.section}>
        <h3>Record</h3>
        <table className={styles.table}>
          <tbody>
            {facts.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{withLink(name, String(value), project)}</td>
                <td>
                  <CopyButton isIcon label={`Copy ${name}`} text={String(value)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function withLink(name: string, value: string, project: string): ReactNode {
  const filter = filters[name];
  if (filter === undefined) return <PayloadText text={value} />;
  return (
    <Link to="/traces" search={{ project, [filter]: value } as never} title="Traces with this value">
      <PayloadText text={value} />
    </Link>
  );
}
