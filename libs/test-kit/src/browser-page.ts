import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, it } from 'vitest';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A `describe` whose tests run code in a real Chromium (CHROMIUM_PATH or /usr/bin/chromium). Without one the block is skipped
 * with one visible line; where CI=true it fails instead.
 *
 * @param name - name of the block
 * @param entry - absolute path of a TypeScript file that puts what the tests call on `globalThis`; bundled by Vite
 * @param define - defines the tests; `page()` is the page that has loaded the entry, from the first test on
 */
export function describeInBrowser(name: string, entry: string, define: (page: () => Page) => void): void {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    if (process.env['CI'] === 'true') throw new Error(`${name}: no Chromium at ${executablePath}; set CHROMIUM_PATH`);
    process.stderr.write(`SKIPPED ${name}: no Chromium at ${executablePath} (apt-get install chromium)\n`);
    describe.skip(name, () => it('needs a browser', () => undefined));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    let server: Server | undefined;
    let page: Page | undefined;

    beforeAll(async () => {
      server = await serve(await bundle(entry));
      browser = await chromium.launch({ executablePath, args: flags });
      page = await browser.newPage();
      // localhost, not 127.0.0.1: both are secure contexts, but people's URLs use this one.
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    define(() => {
      if (page === undefined) throw new Error('the page is there from the first test on');
      return page;
    });
  });
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { tsconfigPaths: true },
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'entry' } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunk = outputs.flatMap((result) => ('output' in result ? result.output : []))[0];
  if (chunk?.type !== 'chunk') throw new Error(`${entry} did not bundle`);
  return chunk.code;
}

async function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/entry.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/entry.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}
