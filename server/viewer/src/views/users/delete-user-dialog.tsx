import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { deleteUser } from '../../api/delete-user.ts';
import { usePageSession } from '../../session-context.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './user-page.module.css';

interface DeleteUserDialogProps {
  readonly userId: string;
  readonly onClose: () => void;
}

/** Asks for the id before it deletes: what goes is gone. */
export function DeleteUserDialog({ userId, onClose }: DeleteUserDialogProps) {
  const { key, project } = usePageSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const isConfirmed = typed === userId;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isConfirmed) return setError('The id does not match.');
    setIsBusy(true);
    try {
      await deleteUser(key, userId);
      void navigate({ to: '/users', search: { project } } as never);
    } catch (failure) {
      setIsBusy(false);
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };

  return (
    <Dialog title="Delete this user’s data" isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <p>
          This deletes all traces whose user is{' '}
          <strong>
            <PayloadText text={userId} />
          </strong>
          , of any time, with their spans, inputs, outputs and scores. It cannot be undone. Traces that name the user
          later are kept.
        </p>
        <label>
          Type the id to go on
          <input
            value={typed}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={error !== undefined}
            onChange={(event) => {
              setTyped(event.target.value);
              setError(undefined);
            }}
          />
        </label>
        {error !== undefined && (
          <p role="alert" className={styles.error}>
            {error}
          </p>
        )}
        <div className={styles.buttons}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={!isConfirmed || isBusy}>
            {isBusy ? 'Deleting…' : 'Delete for good'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
