// Loaded into each service before its own code (node --import): ends it when whoever started it is gone, however that came. A
// list of what was started cannot do that alone: who is killed while it starts a process tells nobody. Plain JavaScript.
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const endsWithinMs = 10_000;
/** The starter holds the other end and never writes: the system closes it when the starter ends. */
const lifelineFd = 3;

// Threads and forks of the service load this file as well, and have no lifeline.
if (isMainThread && process.channel === undefined) {
  const lifeline = new Socket({ fd: lifelineFd, readable: true, writable: false });
  lifeline.on('error', () => undefined);
  lifeline.once('close', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), endsWithinMs).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  lifeline.resume();
  lifeline.unref();
}
