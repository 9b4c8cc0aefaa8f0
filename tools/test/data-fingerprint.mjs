// Prints a hash of the names, sizes and times of the shared test data, so that Nx runs a suite again when they change.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(process.env.COFFER_TEST_DATA ?? '../shared');
const hash = createHash('sha256');
if (existsSync(root)) {
  for (const name of readdirSync(root, { recursive: true }).sort()) {
    const stats = statSync(join(root, name));
    if (stats.isFile()) hash.update(`${name}\0${stats.size}\0${stats.mtimeMs}\n`);
  }
}
process.stdout.write(hash.digest('hex') + '\n');
