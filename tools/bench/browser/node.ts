// The same steps in Node, with worker threads: prints a line of JSON for each.
//   node node.mjs MEBIBYTES FOLDER WORKER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { backUp, nodePlatform, restoreSnapshot, verifyWithWorkers, workerFromFile } from '@coffer/backup-engine/node';
import { benchFiles, newRepository } from './work';

const [mebibytes, folder, worker] = process.argv.slice(2) as [string, string, string];
const source = join(folder, 'corpus');
mkdirSync(source, { recursive: true });
for (const { name, bytes } of benchFiles(Number(mebibytes))) writeFileSync(join(source, name), bytes);
const options = { startWorker: workerFromFile(pathToFileURL(worker)), workers: 2 };
const repository = await newRepository(nodePlatform);

async function step(name: string, run: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ name, seconds, cpuSeconds: (user + system) / 1e6 })}\n`);
}

await step('backup', () => backUp(repository, [source], options));
await step('rescan', () => backUp(repository, [source], options));
await step('verify', async () => verifyWithWorkers(repository, await repository.openSnapshot(), options));
await step('restore', async () =>
  restoreSnapshot(repository, await repository.openSnapshot(), join(folder, 'out'), options),
);
