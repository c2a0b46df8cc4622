import { Link } from '@tanstack/react-router';
import { StateMessage } from '../parts/state-message.tsx';

export function NotFound() {
  return (
    <StateMessage title="There is no such page." actions={<Link to="/traces">Show the traces</Link>}>
      The address may be from another version of the viewer.
    </StateMessage>
  );
}
