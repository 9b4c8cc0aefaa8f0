// Where the browser for the browser part of the tests is: CHROMIUM_PATH, or one of Debian's places.
import { existsSync } from 'node:fs';

/** The build without a window first: the same engine in fewer processes. */
const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** @returns {{path: string} | {path: undefined, why: string}} */
export function chromiumOrWhy() {
  const path = process.env.CHROMIUM_PATH ?? places.find((place) => existsSync(place)) ?? '/usr/bin/chromium';
  if (existsSync(path)) return { path };
  const why =
    `No browser at ${path}, so the browser part of the tests cannot run: install it with ` +
    '"apt-get install chromium", or name one with CHROMIUM_PATH.';
  return { path: undefined, why };
}
