import { Link } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useKnownKeys } from '../../api/session.ts';
import { mostFileBytes } from '../../file/open-local-file.ts';
import { isFile } from '../../file/opened-files.ts';
import { formatBytes } from '../../model/format.ts';
import { usePageTitle } from '../../page-title.ts';
import { useUrlState } from '../../url-state.ts';
import { Button } from '../parts/button.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import styles from './file-page.module.css';
import { useOpenFile } from './use-open-file.ts';

/** Opens a file of this computer: no key, no server behind, nothing uploaded. */
export function FilePage() {
  usePageTitle('Open a file');
  const { search } = useUrlState();
  const keys = useKnownKeys();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const { open, opening, error } = useOpenFile();
  const wanted = fileOf(search['next']);
  const server = keys.find(({ key }) => !isFile(key));

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) void open(file);
  };
  return (
    <main className={styles.page}>
      <h1>Open a file</h1>
      {wanted !== undefined && (
        <p role="status">
          This link shows the file{' '}
          <strong>
            <PayloadText text={wanted} />
          </strong>
          , which is not open here. Open it again: files stay on the computer they are on.
        </p>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way; the button in it is the other. */}
      <div
        className={`${styles.zone} ${isOver ? styles.over : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <FileUp size={28} strokeWidth={1.5} aria-hidden />
        {opening === undefined ? (
          <>
            <p>
              Drop an export (<code>.ndjson</code>) or OTLP traces (<code>.json</code>) here.
            </p>
            <Button look="primary" onClick={() => input.current?.click()}>
              Choose a file
            </Button>
          </>
        ) : (
          <>
            <p role="status">
              Reading <PayloadText text={opening.name} />
              {opening.progress !== '' && `: ${opening.progress}`}…
            </p>
            <progress value={opening.share} max={1} aria-label="Read" />
          </>
        )}
        <input
          ref={input}
          type="file"
          accept=".ndjson,.jsonl,.json,.txt"
          aria-label="File"
          className="visually-hidden"
          tabIndex={-1}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = '';
            if (file !== undefined) void open(file);
          }}
        />
      </div>
      {error !== undefined && (
        <p role="alert" className={styles.error}>
          <PayloadText text={error} />
        </p>
      )}
      <ul className={styles.notes}>
        <li>Nothing is uploaded: the page reads the file by itself, also without a server.</li>
        <li>
          Make one with <code>llm-tracer export</code>, with <code>GET /api/export</code>, or with the file exporter of
          an OpenTelemetry collector.
        </li>
        <li>At most {formatBytes(mostFileBytes)}.</li>
      </ul>
      {server !== undefined && (
        <p>
          <Link to="/traces" search={{ project: server.project } as never}>
            Back to project {server.project}
          </Link>
        </p>
      )}
    </main>
  );
}

/** The file that a link is about. */
function fileOf(next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const project = new URLSearchParams(next.split('?')[1]).get('project');
  return project?.replace(/^file:/, '');
}
