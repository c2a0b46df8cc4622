/** A piece of a message. */
export type MessagePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'encrypted'; readonly bytes: number }
  | { readonly kind: 'refusal'; readonly text: string }
  /** What a tool answered, where that is no text. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** An image or audio that is in the record, as `data:` address. */
  | { readonly kind: 'media'; readonly media: MediaKind; readonly data: string; readonly name?: string }
  /** One that is elsewhere, and is not loaded. */
  | { readonly kind: 'remote'; readonly media: MediaKind; readonly address: string }
  | { readonly kind: 'unknown'; readonly type: string; readonly value: unknown };

export type MediaKind = 'image' | 'audio' | 'file';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What a content, or one item of it, says. No part is ever dropped: what is not known is kept as it is. */
export function partsOf(item: unknown): readonly MessagePart[] {
  if (item === undefined || item === null || item === '') return [];
  if (typeof item === 'string') return [{ kind: 'text', text: item }];
  if (Array.isArray(item)) return item.flatMap(partsOf);
  if (!isFields(item)) return [{ kind: 'unknown', type: typeof item, value: item }];
  return knownPart(item) ?? [{ kind: 'unknown', type: textOf(item['type']) || 'object', value: item }];
}

/** What may stand beside the text of a part without being a part: cache marks, ids, signatures. */
const besideText: ReadonlySet<string> = new Set([
  'type',
  'cache_control',
  'id',
  'signature',
  'thoughtSignature',
  'thought',
]);
const besideReasoning: ReadonlySet<string> = new Set([
  ...besideText,
  'status',
  'encrypted_content',
  'providerOptions',
  'providerMetadata',
]);

const holdsOnly = (item: Fields, own: readonly string[], beside: ReadonlySet<string>): boolean =>
  Object.entries(item).every(
    ([name, value]) =>
      own.includes(name) || beside.has(name) || value === null || (Array.isArray(value) && value.length === 0),
  );

function knownPart(item: Fields): readonly MessagePart[] | undefined {
  switch (textOf(item['type']) ?? '') {
    case 'text':
    case 'input_text':
    case 'output_text':
    case '':
      return textPart(item) ?? geminiPart(item);
    case 'refusal': {
      const said = textOf(item['refusal']) ?? textOf(item['text']) ?? textOf(item['content']);
      return said === undefined ? undefined : [{ kind: 'refusal', text: said }];
    }
    case 'thinking':
    case 'reasoning':
      return reasoningPart(item);
    case 'redacted_thinking':
      return typeof item['data'] === 'string' ? [{ kind: 'encrypted', bytes: bytesOf(item['data']) }] : undefined;
    case 'image_url':
    case 'input_image':
    case 'image':
      return mediaPart('image', item);
    case 'input_audio':
    case 'audio':
      return mediaPart('audio', item);
    case 'file':
    case 'input_file':
    case 'document':
    case 'blob':
    case 'uri':
      return mediaPart('file', item);
  }
  return undefined;
}

function textPart(item: Fields): readonly MessagePart[] | undefined {
  const name = ['text', 'content'].find((candidate) => typeof item[candidate] === 'string');
  if (name === undefined) return undefined;
  const text = item[name] as string;
  const own: MessagePart = item['thought'] === true ? { kind: 'reasoning', text } : { kind: 'text', text };
  if (holdsOnly(item, [name], besideText)) return [own];
  // An object that has a text among others is no text; a text with annotations is one, and the rest stands beneath it.
  if (item['type'] === undefined) return undefined;
  const { type: _, [name]: __, ...rest } = item;
  return [own, { kind: 'unknown', type: `${item['type']}, besides its text`, value: rest }];
}

function geminiPart(item: Fields): readonly MessagePart[] | undefined {
  const { inlineData, fileData } = item;
  if (isFields(inlineData)) return mediaPart(mediaKind(inlineData['mimeType']), inlineData);
  if (isFields(fileData) && typeof fileData['fileUri'] === 'string')
    return [{ kind: 'remote', media: mediaKind(fileData['mimeType']), address: fileData['fileUri'] }];
  return undefined;
}

const mediaKind = (mime: unknown): MediaKind => {
  const [kind] = String(mime).split('/');
  return kind === 'image' || kind === 'audio' ? kind : 'file';
};

/** The size of what base64 stands for. */
const bytesOf = (base64: string): number => Math.round(base64.length * 0.75);

export function reasoningPart(item: Fields): readonly MessagePart[] | undefined {
  const own = ['thinking', 'text', 'content', 'reasoning'].filter((name) => typeof item[name] === 'string').slice(0, 1);
  const lists = ['summary', 'content'].filter((name) => Array.isArray(item[name]));
  const texts = [
    ...own.map((name) => item[name]),
    ...lists.flatMap((name) => item[name] as unknown[]).map(summaryText),
  ];
  const encrypted = textOf(item['encrypted_content']);
  const said = texts.filter((text) => text !== '');
  if (texts.includes(undefined) || (said.length === 0 && encrypted === undefined)) return undefined;
  if (!holdsOnly(item, [...own, ...lists, 'role'], besideReasoning)) return undefined;
  return [
    ...(said.length === 0 ? [] : [{ kind: 'reasoning', text: said.join('\n\n') } as const]),
    ...(encrypted === undefined ? [] : [{ kind: 'encrypted', bytes: bytesOf(encrypted) } as const]),
  ];
}

function summaryText(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  return isFields(part) && holdsOnly(part, ['text'], besideText) ? textOf(part['text']) : undefined;
}

/** Where the media of a part may be, by the names that clients have for it. */
const holders = ['image_url', 'input_audio', 'file', 'source', 'image', 'audio', 'data', 'content', 'uri'];
const mimeNames = ['media_type', 'mediaType', 'mimeType', 'mime_type', 'format'];
const besideMedia = [
  'url',
  'file_url',
  'file_data',
  'filename',
  'title',
  'detail',
  'modality',
  'transcript',
  'expires_at',
  'providerOptions',
];
const addressForm = /^[a-z][a-z\d+.-]*:\/\//i;

export function mediaPart(kind: MediaKind, item: Fields): readonly MessagePart[] | undefined {
  const holding = holders.find((name) => isFields(item[name]) || typeof item[name] === 'string') ?? '';
  const nested = item[holding];
  // With more beside it than says what it is, it is shown as it is.
  if (!holdsOnly(item, [holding, ...mimeNames, ...besideMedia], besideText)) return undefined;
  const holder = isFields(nested) ? nested : item;
  const mime = [holder, item].flatMap((fields) => mimeNames.flatMap((name) => textOf(fields[name]) ?? []))[0];
  const media = kind === 'file' && mime !== undefined ? mediaKind(mime) : kind;
  const name = textOf(holder['filename']) ?? textOf(item['filename']) ?? textOf(item['title']);
  const named = name === undefined ? {} : { name };
  const address =
    typeof nested === 'string'
      ? nested
      : (textOf(holder['url']) ?? textOf(holder['file_data']) ?? textOf(item['file_url']) ?? textOf(item['url']));
  if (address?.startsWith('data:')) return [{ kind: 'media', media, data: address, ...named }];
  if (address !== undefined && addressForm.test(address)) return [{ kind: 'remote', media, address }];
  const base64 = textOf(holder['data']) ?? address;
  // A document may be a text, or parts of its own.
  if (
    base64 === undefined ||
    !/^[A-Za-z\d+/\-_\s]+={0,2}$/.test(base64.slice(0, 1_000)) ||
    (mime === undefined && base64.length <= 64)
  )
    return undefined;
  return [{ kind: 'media', media, data: `data:${mime ?? 'application/octet-stream'};base64,${base64}`, ...named }];
}
