/** What start.mjs is told, so that it can end what this process leaves if it is killed (tools/start/left-behind.mjs). */
interface Note {
  /** Process id of a service, the leader of its group. */
  readonly started?: number;
  readonly ended?: number;
  /** PostgreSQL's postmaster.pid; null once the server was stopped. */
  readonly postmasterFile?: string | null;
}

/** Tells the parent; without one (a run by hand, or one that was killed in this moment) nobody watches. */
export function tellParent(note: Note): void {
  // Without the callback a channel that has just broken would end this process, and all that it started would go on.
  if (process.connected) process.send?.(note, undefined, undefined, () => undefined);
}

/** Calls `stop` when a person or the system wants an end: Ctrl-C, SIGTERM, a closed terminal, or a parent that was killed. */
export function onStopRequest(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  // Neither the channel nor a reader that is gone keeps this process.
  process.channel?.unref();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
