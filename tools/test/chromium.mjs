// Where the browser for the browser part of the tests is: CHROMIUM_PATH, or Debian's place.
import { existsSync } from 'node:fs';

/** @returns {{path: string} | {path: undefined, why: string}} */
export function chromiumOrWhy() {
  const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (existsSync(path)) return { path };
  const why =
    `No browser at ${path}, so the browser part of the tests cannot run: install it with ` +
    '"apt-get install chromium", or name one with CHROMIUM_PATH.';
  return { path: undefined, why };
}
