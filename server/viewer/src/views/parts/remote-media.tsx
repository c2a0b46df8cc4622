import { hostOf } from '../../model/safe-link.ts';
import { CopyButton } from './copy-button.tsx';
import { PayloadText } from './payload-text.tsx';

interface RemoteMediaProps {
  /** What it is: "Image". */
  readonly what: string;
  /** What is said to be seen on it. */
  readonly name?: string;
  readonly address: string;
}

/** What stands somewhere else. Nothing is ever loaded from there: it would tell that, when and where this was read. */
export function RemoteMedia({ what, name, address }: RemoteMediaProps) {
  return (
    <>
      {what}
      {name !== undefined && name !== '' && (
        <>
          {' '}
          <PayloadText text={name} />
        </>
      )}{' '}
      at <PayloadText text={hostOf(address)} />, not loaded <CopyButton label="Copy address" text={address} />
    </>
  );
}
