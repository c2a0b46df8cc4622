/**
 * The path at which the server answers, without a slash at its end: empty, or that of a proxy in front of it.
 * Every script of the viewer lies in `<base>/assets/`, so a script's own address tells.
 */
export const basePath: string = new URL(/* @vite-ignore */ '..', import.meta.url).pathname.replace(/\/$/, '');
