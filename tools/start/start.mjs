// `npm start`: the whole platform on this machine. Runs under any Node >= 20.19, and hands over to the Node 24 it brings.
import { spawn } from 'node:child_process';
import { buildStale } from './build-stale.mjs';
import { ensureInstalled, workspaceRoot } from './ensure-install.mjs';
import { endLeftBehind } from './left-behind.mjs';
import { signalGroup, stopSignals } from './phase.mjs';

const args = process.argv.slice(2);
const isHelp = args.includes('--help') || args.includes('-h');
const node = await ensureInstalled();
const isBuilt = args.includes('--built');
if (!isBuilt && !(await buildStale(node, isHelp ? ['start'] : [], isHelp))) process.exit(1);

// In a process group of its own: a Ctrl-C reaches this process alone, and the platform stops its parts in their order. If this
// process is killed, the platform notices by the closed channel; if the platform is killed, this process ends what it left.
let platform;
let isStopping = false;
// The platform gives its services ten seconds, and the database a minute after them. One that takes longer than all that is stuck.
const stopsWithinMs = 90_000;
for (const stopSignal of stopSignals) {
  process.on(stopSignal, () => {
    platform?.kill('SIGTERM');
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      process.stderr.write('coffer: the platform does not stop by itself; it is ended by force.\n');
      signalGroup(platform.pid, 'SIGKILL');
    }, stopsWithinMs).unref();
  });
}
platform = spawn(node, ['tools/start/dist/platform.mjs', ...args], {
  cwd: workspaceRoot,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  detached: process.platform !== 'win32',
});
const running = new Set();
let postmasterFile;
platform.on('message', (message) => {
  if (message.started !== undefined) running.add(message.started);
  if (message.ended !== undefined) running.delete(message.ended);
  if (message.postmasterFile !== undefined) postmasterFile = message.postmasterFile ?? undefined;
});
const channelEnds = new Promise((done) => platform.once('disconnect', done));
platform.on('exit', async (code, signal) => {
  // What it said last may still lie in the channel: a service that it had just started.
  await Promise.race([channelEnds, new Promise((done) => setTimeout(done, 2000))]);
  if (code === null && !isStopping) {
    process.stderr.write(`coffer: the launcher was ended by ${signal}; what it had started is being stopped.\n`);
    signalGroup(platform.pid, 'SIGKILL');
  }
  await endLeftBehind([...running], postmasterFile);
  // Asked to stop before it could listen, it says nothing by itself.
  if (code === null && isStopping) process.stdout.write('Everything is stopped.\n');
  process.exit(code ?? (isStopping ? 130 : 1));
});
