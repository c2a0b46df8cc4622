/** The key that a server on a loopback address takes when none is configured. */
export const localKey = 'project-dev';

/** Where the server listens that `pnpm start` runs with the same environment. */
export function localUrl(environment: NodeJS.ProcessEnv): string {
  return `http://127.0.0.1:${environment['PORT'] || 8001}`;
}

/** Whether an address is one of this machine's own, which takes {@link localKey}. */
export function isLocal(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
