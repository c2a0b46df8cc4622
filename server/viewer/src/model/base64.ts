import { rasterType } from './data-url.ts';

/** What a look at the ends of a base64 text tells. */
export interface Base64Look {
  /** Which raster image it is, by its own bytes; undefined where it is none. */
  readonly image: string | undefined;
  /** What a `data:` address around it says that it is. */
  readonly claimed: string | undefined;
  readonly bytes: number;
}

const fewestCharacters = 64;
const lookedAt = 1_000;
const alphabet = /^[A-Za-z0-9+/\-_\s]*={0,2}$/;

/** Recognises bytes in a text: in a `data:` address, or bare where they are an image. Reads its ends only: it may be 40 MB long. */
export function base64Look(text: string): Base64Look | undefined {
  if (text.length < fewestCharacters) return undefined;
  const [prefix, claimed] = /^data:([^;,]{0,100})(?:;[^;,]{0,100}){0,4};base64,/.exec(text.slice(0, lookedAt)) ?? [];
  const start = prefix?.length ?? 0;
  const head = text.slice(start, start + lookedAt);
  const tail = text.slice(Math.max(start, text.length - lookedAt));
  if (!alphabet.test(tail) || (head.length < text.length - start && /[^A-Za-z0-9+/\-_\s]/.test(head))) return undefined;
  const image = rasterType(firstBytes(head));
  if (image === undefined && prefix === undefined) return undefined;
  const padding = /=*$/.exec(tail)?.[0].length ?? 0;
  return {
    image,
    claimed: claimed === '' ? undefined : claimed,
    bytes: Math.floor(((text.length - start - padding) * 3) / 4),
  };
}

function firstBytes(base64: string): Uint8Array {
  const plain = base64.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/').slice(0, 32);
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}
