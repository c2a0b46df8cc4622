import { useNavigate } from '@tanstack/react-router';
import { forgetKey } from '../../api/keys.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { StateMessage } from '../parts/state-message.tsx';

/** The server takes the key no more. The page behind stays, and goes on after another key. */
export function KeyRefused({ project }: { readonly project: string }) {
  const navigate = useNavigate();
  const enterAnother = () => {
    const next = location.pathname + location.search;
    forgetKey(project);
    void navigate({ to: '/sign-in', search: { next } } as never);
  };
  return (
    <Dialog title="Sign in again" isOpen onClose={enterAnother}>
      <StateMessage
        title="This key is not accepted any more."
        actions={
          <Button look="primary" onClick={enterAnother}>
            Use another key
          </Button>
        }
      />
    </Dialog>
  );
}
