export interface SafeLink {
  readonly href: string;
  /** Where it leads, if its text looks like another place. */
  readonly realHost: string | undefined;
}

/** A link that may be followed, or undefined for any other scheme than http, https and mailto. */
export function linkOf(address: string, text: string): SafeLink | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, href, pathname } = new URL(address);
  if (!['http:', 'https:', 'mailto:'].includes(protocol)) return undefined;
  const place = protocol === 'mailto:' ? pathname : host;
  const [claimed] = /[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/u.exec(text) ?? [];
  const isElsewhere = claimed !== undefined && !place.toLowerCase().endsWith(claimed.toLowerCase());
  return { href, realHost: isElsewhere ? place : undefined };
}

/** Where an address leads, for a reader: its host, or its beginning where it has none. */
export const hostOf = (address: string): string =>
  (URL.canParse(address) ? new URL(address).host : '') || address.slice(0, 60);
