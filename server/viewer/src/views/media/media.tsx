import { useEffect, useMemo, useState } from 'react';
import { decodeDataUrl, rasterType } from '../../model/data-url.ts';
import { formatBytes } from '../../model/format.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PayloadText } from '../parts/payload-text.tsx';
import { LongText } from '../text/long-text.tsx';
import styles from './media.module.css';

export interface MediaProps {
  readonly media: 'image' | 'audio' | 'file';
  readonly data: string;
  readonly name: string | undefined;
}

/** An image, a sound or a file that is in the record. What it is, its own bytes say, not what a payload claims. */
export function Media({ media, data, name }: MediaProps) {
  const decoded = useMemo(() => decodeDataUrl(data), [data]);
  const [dimensions, setDimensions] = useState('');
  const [isLarge, setIsLarge] = useState(false);
  const type = decoded && rasterType(decoded.bytes);
  const isAudio = media === 'audio' && decoded !== undefined;
  const address = useBlobAddress(
    decoded?.bytes,
    type ??
      (isAudio
        ? decoded.mime.startsWith('audio/')
          ? decoded.mime
          : `audio/${decoded.mime.split('/').pop()}`
        : 'application/octet-stream'),
  );
  if (decoded === undefined) return <p className={styles.note}>This {media} cannot be decoded.</p>;
  const size = formatBytes(decoded.bytes.length);

  if (type !== undefined && address !== undefined) {
    const image = (
      <img
        src={address}
        alt={name ?? 'Sent with this message'}
        className={styles.image}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          setDimensions(`${naturalWidth} × ${naturalHeight}`)
        }
      />
    );
    return (
      <figure className={styles.figure}>
        <button
          type="button"
          className={styles.enlarge}
          aria-label="Enlarge the image"
          onClick={() => setIsLarge(true)}
        >
          {image}
        </button>
        <figcaption className={styles.note}>
          {type} · {dimensions} · {size}
        </figcaption>
        {isLarge && (
          <Dialog title={name ?? 'Image'} isOpen shape="sheet" onClose={() => setIsLarge(false)}>
            <img src={address} alt={name ?? 'Sent with this message'} className={styles.large} />
          </Dialog>
        )}
      </figure>
    );
  }
  if (isAudio && address !== undefined)
    return (
      <figure className={styles.figure}>
        {/* biome-ignore lint/a11y/useMediaCaption: what was sent has no captions. */}
        <audio controls preload="none" src={address} />
        <figcaption className={styles.note}>Audio · {size}</figcaption>
      </figure>
    );
  if (decoded.mime.includes('svg')) return <LongText text={new TextDecoder().decode(decoded.bytes)} />;
  return (
    <p className={styles.note}>
      <PayloadText text={name ?? 'File'} /> · <PayloadText text={decoded.mime} /> · {size}{' '}
      {address !== undefined && (
        <a href={address} download={name ?? 'payload'}>
          Download
        </a>
      )}
    </p>
  );
}

/** An address of bytes on this page, given back when they are not shown any more. */
function useBlobAddress(bytes: Uint8Array<ArrayBuffer> | undefined, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (bytes === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return address;
}
