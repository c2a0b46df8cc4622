import { existsSync } from 'node:fs';

/** The Chromium to test with. Fails with what to install where there is none: these tests are never skipped. */
export function findChromium(): string {
  const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((place) => place !== undefined && place !== '' && existsSync(place));
  if (found === undefined)
    throw new Error('The browser tests need Chromium: `apt-get install chromium`, or set CHROMIUM to where it is.');
  return found;
}
