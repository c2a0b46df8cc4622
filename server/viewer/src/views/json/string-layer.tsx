import { type ReactNode, useMemo } from 'react';
import { type Base64Look, base64Look } from '../../model/base64.ts';
import { formatBytes, formatExact } from '../../model/format.ts';
import { jsonBreak } from '../../model/json-break.ts';
import { parseJson } from '../../model/parse-json.ts';
import { LazyMedia } from '../media/lazy-media.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { LongText } from '../text/long-text.tsx';
import styles from './json-view.module.css';

/** A string of a JSON value that was opened, and as what. */
export interface OpenedText {
  readonly as: 'text' | 'json' | 'image';
  readonly text: string;
}

interface StringLayerProps {
  readonly opened: OpenedText;
  readonly onClose: () => void;
  readonly renderJson: (value: unknown) => ReactNode;
}

/** What a line has no room for. */
export function StringLayer({ opened: { as, text }, onClose, renderJson }: StringLayerProps) {
  const bytes = useMemo(() => base64Look(text), [text]);
  const title = as === 'json' ? 'JSON in a text' : as === 'image' && bytes !== undefined ? textOfBytes(bytes) : 'Text';
  return (
    <Dialog title={title} isOpen shape="sheet" onClose={onClose}>
      {as === 'text' && <LongText text={text} />}
      {as === 'json' && <ParsedText text={text} renderJson={renderJson} />}
      {as === 'image' && (
        <LazyMedia media="image" data={text.startsWith('data:') ? text : `data:;base64,${text}`} name={undefined} />
      )}
    </Dialog>
  );
}

export function textOfBytes({ image, claimed, bytes }: Base64Look): string {
  const size = formatBytes(bytes);
  if (image !== undefined) return `${image}, ${size}`;
  return claimed === undefined ? `base64, ${size}` : `base64, ${size}, said to be ${claimed}`;
}

function ParsedText({ text, renderJson }: Pick<StringLayerProps, 'renderJson'> & { readonly text: string }) {
  const parsed = useMemo(() => {
    try {
      return { value: parseJson(text) };
    } catch {
      return undefined;
    }
  }, [text]);
  if (parsed !== undefined) return renderJson(parsed.value);
  return (
    <>
      <p className={styles.notJson}>Not valid JSON at character {formatExact(jsonBreak(text) ?? text.length)}</p>
      <LongText text={text} />
    </>
  );
}
