import { setFlagsFromString } from 'node:v8';

import { runCli } from './run-cli';

// The young generation of each thread stays as small as it begins: grown, it held up to 12 MB in the program and 8 MB in each worker
// thread, mostly empty, and as much again in V8's pool of pages (docs/operations/engine-memory.md).
const memory = ['--semi-space-growth-factor=1'];
// A thread collects its young garbage alone, and keeps the code that it has compiled. With as many busy threads as processors, helpers
// of three threads wait for one another; and the collections that packs bring would drop code that the next pack needs.
const alone = ['--no-parallel-scavenge', '--no-flush-bytecode'];
// A full collection is made at once, in the thread that needs it. Each pack that comes, memory outside of V8's heap, made V8 begin to mark
// beside the program, on threads of its own: 8 % of what a first backup took. `--no-parallel-marking` must not join it: set after V8's
// start it ends the program with a fault. Programs without packs ask for no collection, and V8 begins none by itself then before the heap
// has no room left: a million messages as pages held 811 MB where they hold 140.
const hasNoPacks = ['open', 'search', 'inspect'].includes(process.argv[2] ?? '');
const atOnce = hasNoPacks ? [] : ['--no-incremental-marking'];
for (const flag of [...memory, ...alone, ...atOnce]) setFlagsFromString(flag);
process.exitCode = await runCli(process.argv.slice(2));
