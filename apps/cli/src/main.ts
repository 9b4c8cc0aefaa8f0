import { setFlagsFromString } from 'node:v8';

import { runCli } from './run-cli';

// The young generation of each thread stays as small as it begins: grown, it held up to 12 MB in the program and 8 MB in each worker
// thread, mostly empty, and as much again in V8's pool of pages (docs/operations/engine-memory.md).
setFlagsFromString('--semi-space-growth-factor=1');
process.exitCode = await runCli(process.argv.slice(2));
