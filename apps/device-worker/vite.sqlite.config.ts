import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';
import type { Plugin } from 'vite';

const moduleName = 'virtual:sqlite3.wasm';

/** What the package's code knows of the browser, and what each becomes: a name that nothing bears, or nowhere. */
const severed: readonly (readonly [string, string])[] = [
  ['localStorage', 'noStorage'],
  ['sessionStorage', 'noStorage'],
  ['navigator.storage', 'navigator.noStorage'],
  ['XMLHttpRequest', 'NoRequest'],
  ['fetch(', 'noFetch('],
  ['new Worker(', 'new NoWorker('],
  ['import.meta.url', '"about:blank"'],
  ['console.', 'nobody.'],
];

/** Takes the place of the console: its messages could repeat what is in a database. */
const nobody = 'const nobody = new Proxy({}, { get: () => () => undefined });\n';

/**
 * SQLite inside the one file of the device: its WebAssembly as text, and its JavaScript without any way out. The package can keep
 * databases in storages of the browser, start workers and fetch its module; here it is given memory and nothing else, and the build
 * fails where it has changed so much that this would no longer hold.
 */
export function embedSqlite(): Plugin {
  return {
    name: 'coffer-embed-sqlite',
    enforce: 'pre',
    resolveId: (id) => (id === moduleName ? `\0${moduleName}` : undefined),
    load: (id) => {
      if (id !== `\0${moduleName}`) return undefined;
      const path = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
      return `export default ${JSON.stringify(deflateSync(readFileSync(path), { level: 9 }).toString('base64url'))};`;
    },
    transform: (code, id) => {
      if (!/@sqlite\.org[\\/]sqlite-wasm[\\/]dist[\\/]index\.mjs$/.test(id)) return undefined;
      let cut = code;
      for (const [word, instead] of severed) {
        if (!code.includes(word)) throw new Error(`sqlite-wasm no longer says ${word}: look at it again`);
        cut = cut.replaceAll(word, instead);
      }
      return { code: nobody + cut, map: null };
    },
  };
}
