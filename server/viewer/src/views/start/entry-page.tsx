import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { listTraces } from '../../api/queries.ts';
import { usePageSession } from '../../session-context.ts';

/** The root: the traces, or, where there is none yet, how to send one. */
export function EntryPage() {
  const { key, project } = usePageSession();
  const { data, isPending } = useQuery({
    queryKey: ['project', project, 'any'],
    queryFn: ({ signal }) => listTraces(key, {}, signal, 1),
  });
  if (isPending) return null;
  const to = data?.traces.length === 0 ? '/start' : '/traces';
  return <Navigate to={to} search={{ project } as never} replace />;
}
