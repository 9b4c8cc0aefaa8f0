#!/usr/bin/env node
// Runs before anything is known about the machine: plain JavaScript that Node 20 can parse.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepCompiledCode } from './code-cache.mjs';

const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `coffer: needs Node 24 and runs on ${process.versions.node}. ` +
      'In the checkout, run "npm ci" and start it with "npx --no -- coffer", which brings Node 24 along.\n',
  );
  process.exit(1);
}
const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url));
if (!existsSync(main)) {
  process.stderr.write('coffer: not built yet. In the checkout, run "npm run build" once.\n');
  process.exit(1);
}
keepCompiledCode(process.argv.slice(2), process.env);
await import(main);
