import { workerData } from 'node:worker_threads';
import { createOpaqueServer, type OpaqueServer } from '@coffer/key-vault';
import { packReply, type OpaqueReply } from './opaque-reply';
import { readWorkerData, type OpaqueWorkerData } from './opaque-worker-data';

/*
 * One thread of the pool: the entry that Vite builds beside main.mjs. It holds the OPAQUE set-up in memory, as its process
 * does, reaches neither network nor database, and each export is one kind of task.
 */

const { setup, publicKey } = readWorkerData(workerData as OpaqueWorkerData);
const server = createOpaqueServer(setup, publicKey);

type Arguments<Method extends 'evaluateRegistration' | 'startLogin'> = Parameters<OpaqueServer[Method]>;

export function evaluateRegistration(input: Arguments<'evaluateRegistration'>): Promise<OpaqueReply<Uint8Array>> {
  return packReply(() => server.evaluateRegistration(...input));
}

export function startLogin(
  input: Arguments<'startLogin'>,
): Promise<OpaqueReply<Awaited<ReturnType<OpaqueServer['startLogin']>>>> {
  return packReply(() => server.startLogin(...input));
}
