import type { SessionSummary, UserSummary } from 'llm-tracer/schema';
import { formatCount, formatExact } from '../../model/format.ts';
import { costText, tokensOf } from '../../model/group-totals.ts';
import type { Column } from '../parts/data-table.tsx';
import { ErrorCount } from './group-cells.tsx';

/** The sums that lists of sessions and of users both show. `tokensDropAt`: when the tokens go, where there is little room. */
export const sumColumns = (tokensDropAt: number): readonly Column<SessionSummary | UserSummary>[] => [
  {
    id: 'errors',
    header: 'Errors',
    width: 84,
    align: 'end',
    dropsAt: 1,
    cell: ({ error_count }) => <ErrorCount count={error_count} />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    width: 100,
    align: 'end',
    dropsAt: tokensDropAt,
    cell: (group) => <span title={formatExact(tokensOf(group))}>{formatCount(tokensOf(group))}</span>,
  },
  { id: 'cost', header: 'Cost', width: 110, align: 'end', cell: costText },
];
