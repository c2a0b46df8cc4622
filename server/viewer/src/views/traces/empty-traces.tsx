import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { countsQuery, listTraces } from '../../api/queries.ts';
import { type Filters, filterFields, textFromValue } from '../../model/filters.ts';
import { formatDay, formatExact, formatListTime, type TimeZone } from '../../model/format.ts';
import { describeRange } from '../../model/time-range.ts';
import { usePageSession } from '../../session-context.ts';
import { Button } from '../parts/button.tsx';
import { StateMessage } from '../parts/state-message.tsx';

interface EmptyTracesProps {
  readonly filters: Filters;
  readonly zone: TimeZone;
  readonly onChange: (patch: Readonly<Record<string, string | undefined>>) => void;
}

/** Why the list is empty, and the way out: fewer filters, a longer time, or a first trace. */
export function EmptyTraces({ filters, zone, onChange }: EmptyTracesProps) {
  const chips = filterFields.filter(({ name }) => filters[name] !== undefined);
  const isFiltered = chips.length > 0 || filters['q'] !== undefined;
  return isFiltered ? (
    <NoMatch filters={filters} onChange={onChange} />
  ) : (
    <NoneInRange filters={filters} zone={zone} onChange={onChange} />
  );
}

function NoMatch({ filters, onChange }: Omit<EmptyTracesProps, 'zone'>) {
  const { key } = usePageSession();
  const range = { from: filters['from'] ?? '-24h', ...(filters['to'] === undefined ? {} : { to: filters['to'] }) };
  const { data } = useQuery(countsQuery(key, range, 'day'));
  const others = data?.points.reduce((sum, { trace_count }) => sum + trace_count, 0);
  const chips = filterFields.filter(({ name }) => filters[name] !== undefined);
  const all = Object.fromEntries([...chips.map(({ name }) => name), 'q'].map((name) => [name, undefined]));
  return (
    <StateMessage
      title="No traces match."
      actions={
        <>
          <Button look="primary" onClick={() => onChange(all)}>
            Clear filters
          </Button>
          {chips.map((field) => (
            <Button key={field.name} onClick={() => onChange({ [field.name]: undefined })}>
              Without {field.label.toLowerCase()}: {textFromValue(field, filters[field.name] ?? '')}
            </Button>
          ))}
          {filters['q'] !== undefined && (
            <Button onClick={() => onChange({ q: undefined })}>Without the searched text</Button>
          )}
        </>
      }
    >
      {others !== undefined && `${formatExact(others)} exist in this time range without the filters.`}
    </StateMessage>
  );
}

function NoneInRange({ filters, zone, onChange }: EmptyTracesProps) {
  const { key, project } = usePageSession();
  const { data } = useQuery({
    queryKey: ['project', project, 'newest'],
    queryFn: ({ signal }) => listTraces(key, {}, signal, 1),
  });
  if (data === undefined) return null;
  const [newest] = data.traces;
  if (newest === undefined) return <Navigate to="/start" search={{ project } as never} replace />;
  const now = new Date();
  const range = describeRange({ from: filters['from'] ?? '-24h', to: filters['to'] }, (moment) =>
    formatListTime(moment, now, zone),
  );
  return (
    <StateMessage
      title={`No traces in ${range}.`}
      actions={
        <Button look="primary" onClick={() => onChange({ from: '-30d', to: undefined })}>
          Show last 30 days
        </Button>
      }
    >
      The newest is from {formatDay(newest.start_time, now, zone)}.
    </StateMessage>
  );
}
