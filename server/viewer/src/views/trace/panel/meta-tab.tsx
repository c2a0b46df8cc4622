import { Link } from '@tanstack/react-router';
import type { SpanRecord, TraceRecord } from 'llm-tracer/schema';
import { ListFilter } from 'lucide-react';
import { filterFields } from '../../../model/filters.ts';
import { usePageSession } from '../../../session-context.ts';
import { JsonView } from '../../json/json-view.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './tabs.module.css';

/** What the list can be filtered by, under the same name. */
const filters: ReadonlySet<string> = new Set(filterFields.map(({ name }) => name).filter((name) => name !== 'status'));
/** The list's names are those of traces: the name of a span would find none, or others. */
const canFilter = (record: SpanRecord | TraceRecord, name: string): boolean =>
  filters.has(name) && !(name === 'name' && 'span_id' in record);

/** Ids, times and labels of a record, and the metadata that the application added. */
export function MetaTab({ record }: { readonly record: SpanRecord | TraceRecord }) {
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
              {/* The API has no way to ask for a tag with a comma. */}
              {!tag.includes(',') && <FilterLink name="tags" value={tag} />}
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
                <td>
                  <PayloadText text={String(value)} />
                </td>
                <td className={styles.actions}>
                  <CopyButton isIcon label={`Copy ${name}`} text={String(value)} />
                  {canFilter(record, name) && <FilterLink name={name} value={String(value)} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

interface FilterLinkProps {
  readonly name: string;
  readonly value: string;
}

/** The way to the traces that have the same value. */
function FilterLink({ name, value }: FilterLinkProps) {
  const { project } = usePageSession();
  return (
    <Link
      to="/traces"
      search={{ project, [name]: value } as never}
      className={styles.filter ?? ''}
      title="Filter traces by this"
      aria-label={`Filter traces by this ${name}`}
    >
      <ListFilter size={14} strokeWidth={1.75} aria-hidden />
    </Link>
  );
}
