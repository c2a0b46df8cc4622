import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { forgetKey } from '../../api/keys.ts';
import { closeLocalFile, openedFile } from '../../file/opened-files.ts';
import { formatExact } from '../../model/format.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './file-banner.module.css';

/** Says that what is shown is a file, how much of it could be read, and where it stays. */
export function FileBanner({ project }: { readonly project: string }) {
  const navigate = useNavigate();
  const [isShown, setIsShown] = useState(false);
  const file = openedFile(project);
  if (file === undefined) return null;
  const { name, report } = file;
  const { form, read, valid, faults, isWhole } = report;
  const unit = form === 'otlp' ? 'spans' : 'lines';
  const close = () => {
    closeLocalFile(project);
    forgetKey(project);
    void navigate({ to: '/file' } as never);
  };
  return (
    <div className={styles.banner}>
      <p>
        Viewing{' '}
        <strong>
          <PayloadText text={name} />
        </strong>{' '}
        from this computer. Nothing is uploaded. Read {formatExact(valid)} of {formatExact(read)} {unit}.
        {read > valid &&
          ` ${formatExact(read - valid)} ${read - valid === 1 ? 'is' : 'are'} not valid, first at ${form === 'otlp' ? 'number' : 'line'} ${formatExact(faults[0]?.line ?? 0)}.`}
        {form === 'export' && !isWhole && ' The export has no end: it was cut off, or put together by hand.'}
      </p>
      {faults.length > 0 && <Button onClick={() => setIsShown(true)}>Show</Button>}
      <Button onClick={close}>Close the file</Button>
      <Dialog title="What could not be read" isOpen={isShown} onClose={() => setIsShown(false)}>
        <ul className={styles.faults}>
          {faults.map(({ line, detail }) => (
            <li key={line}>
              {form === 'otlp' ? 'Span' : 'Line'} {formatExact(line)}: <PayloadText text={detail} />
            </li>
          ))}
          {faults.length < read - valid && <li>{formatExact(read - valid - faults.length)} more</li>}
        </ul>
      </Dialog>
    </div>
  );
}
