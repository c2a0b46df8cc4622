import type { ErrorComponentProps } from '@tanstack/react-router';
import { detailsOf } from '../../api/api-problem.ts';
import { Button } from '../parts/button.tsx';
import { StateMessage } from '../parts/state-message.tsx';

/** In place of a page or a part that failed to draw. */
export function PageCrash({ error, reset }: ErrorComponentProps) {
  return (
    <div role="alert">
      <StateMessage
        title="This part failed to draw. The data is intact."
        actions={
          <>
            <Button look="primary" onClick={reset}>
              Try again
            </Button>
            <Button
              onClick={() =>
                void navigator.clipboard.writeText(`${detailsOf(error)}\n${error instanceof Error ? error.stack : ''}`)
              }
            >
              Copy details
            </Button>
          </>
        }
      >
        {error instanceof Error && error.message}
      </StateMessage>
    </div>
  );
}
