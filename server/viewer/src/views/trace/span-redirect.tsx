import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import { spanQuery } from '../../api/queries.ts';
import { shortId } from '../../model/format.ts';
import { usePageSession } from '../../session-context.ts';
import { LoadingRows, StateMessage } from '../parts/state-message.tsx';

/** The address of a span by its id alone, as log lines have it: its trace, with the span selected. */
export function SpanRedirect() {
  const { spanId } = useParams({ strict: false }) as { spanId: string };
  const { key, project } = usePageSession();
  const { data, isPending } = useQuery(spanQuery(key, spanId));
  if (isPending) return <LoadingRows />;
  if (data === undefined)
    return (
      <StateMessage title={`No span ${shortId(spanId)} in project ${project}.`}>
        It may have expired, or the link belongs to another project.
      </StateMessage>
    );
  return (
    <Navigate
      to={'/traces/$traceId' as never}
      params={{ traceId: data.trace_id } as never}
      search={{ project, span: spanId } as never}
      replace
    />
  );
}
