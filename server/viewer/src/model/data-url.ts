export interface DecodedData {
  /** What the address claims it is. */
  readonly mime: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The bytes of a `data:` address; undefined where they cannot be read. */
export function decodeDataUrl(address: string): DecodedData | undefined {
  const [, mime = '', base64, text = ''] = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,(.*)$/s.exec(address) ?? [];
  try {
    const decoded =
      base64 === undefined
        ? decodeURIComponent(text)
        : atob(text.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes =
      base64 === undefined ? new TextEncoder().encode(decoded) : Uint8Array.from(decoded, (char) => char.charCodeAt(0));
    return { mime: mime === '' ? 'text/plain' : mime, bytes };
  } catch {
    return undefined;
  }
}

const signatures: readonly (readonly [string, number, readonly number[]])[] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['image/avif', 4, [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
];

/** What kind of raster image bytes are, by what they begin with. SVG is none: it can hold scripts. */
export const rasterType = (bytes: Uint8Array): string | undefined =>
  signatures.find(([, offset, signature]) => signature.every((byte, index) => bytes[offset + index] === byte))?.[0];
