import { ChartColumn, type LucideIcon, MessagesSquare, Rows3, Users } from 'lucide-react';

export interface Place {
  readonly label: string;
  readonly to: string;
  readonly keys: string;
  readonly Icon: LucideIcon;
}

/** The pages of the top bar. */
export const places: readonly Place[] = [
  { label: 'Traces', to: '/traces', keys: 'g t', Icon: Rows3 },
  { label: 'Sessions', to: '/sessions', keys: 'g s', Icon: MessagesSquare },
  { label: 'Users', to: '/users', keys: 'g u', Icon: Users },
  { label: 'Dashboard', to: '/dashboard', keys: 'g d', Icon: ChartColumn },
];
