import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Extent = 'minor' | 'major';
type Collect = (options: { readonly type: Extent }) => void;

let collect: Collect | undefined;

/**
 * Collects young objects (`minor`, about a millisecond) or all of them now, in this thread. [Note: Garbage outside the heap] Ciphers and compressors
 * give each result as a small object with memory outside of V8's heap, and V8 waits for 64 MiB of such memory in each thread
 * before it collects. Called once a pack, this keeps a thread at what it really holds.
 */
export function collectGarbage(type: Extent = 'minor'): void {
  collect ??= findCollector();
  collect({ type });
}

function findCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
