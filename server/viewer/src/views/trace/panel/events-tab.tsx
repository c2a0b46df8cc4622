import { Link } from '@tanstack/react-router';
import type { SpanRecord } from 'llm-tracer/schema';
import { formatOffset, shortId } from '../../../model/format.ts';
import { msOf } from '../../../model/span-time.ts';
import { usePageSession } from '../../../session-context.ts';
import { JsonView } from '../../json/json-view.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import styles from './tabs.module.css';

/** What happened at single moments, and the spans of other traces that this one points to. */
export function EventsTab({ span, originMs }: { readonly span: SpanRecord; readonly originMs: number }) {
  const { project } = usePageSession();
  const events = span.events ?? [];
  const links = span.links ?? [];
  if (events.length === 0 && links.length === 0) return <p className={styles.muted}>No events and no links.</p>;
  return (
    <>
      {events.map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events of a record do not move.
        <section key={index} className={styles.section}>
          <p>
            <span className={styles.muted}>{formatOffset(msOf(event.time) - originMs)}</span>{' '}
            <strong>
              <PayloadText text={event.name} />
            </strong>
          </p>
          {event.attributes != null && <JsonView value={event.attributes} label={event.name} mostHeight={240} />}
        </section>
      ))}
      {links.length > 0 && (
        <section className={styles.section}>
          <h3>Links</h3>
          {links.map((link, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: links of a record do not move.
            <p key={index}>
              <Link
                to={'/traces/$traceId' as never}
                params={{ traceId: link.trace_id } as never}
                search={{ project, ...(link.span_id == null ? {} : { span: link.span_id }) } as never}
              >
                {shortId(link.trace_id)} {link.span_id != null && shortId(link.span_id)}
              </Link>
            </p>
          ))}
        </section>
      )}
    </>
  );
}
