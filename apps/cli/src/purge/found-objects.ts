import { setTimeout as pause } from 'node:timers/promises';
import type { PurgeObject } from '@coffer/contracts';
import { listFoundObjects, type DeviceAccount } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { PurgeError } from './purge-error';

const lookEveryMs = 500;

/** States that the worker leaves by itself as soon as it comes by. */
const unsettled: readonly PurgeObject['state'][] = ['discovered', 'reappeared', 'stopped'];
/** States in which an object has no accepted proof of these bytes and can get one. */
const provable: readonly PurgeObject['state'][] = ['waiting-for-backup', 'needs-consent', 'needs-auth', 'locked-until'];

/** Whether a copy holds bytes of a backup; markers of deletes and left-overs of uploads hold none and need no proof. */
export function holdsBackup({ kind }: Pick<PurgeObject, 'kind'>): boolean {
  return kind !== 'delete-marker' && kind !== 'multipart';
}

/** Objects that wait for a proof. */
export function needingProof(objects: readonly PurgeObject[]): readonly PurgeObject[] {
  return objects.filter(
    (object) => holdsBackup(object) && object.sha256 !== null && provable.includes(object.state) && isUnproven(object),
  );
}

/** `needs-consent` and the like may come after a proof; then the reason says something else than that it is missing. */
function isUnproven({ state, reason }: PurgeObject): boolean {
  return state === 'waiting-for-backup' || reason === null || reason === 'no-proof' || reason === 'key-changed';
}

/** One look, a little repeated where nothing was found: the worker may be at its first one. */
export async function lookOnce(context: CommandContext, account: DeviceAccount): Promise<readonly PurgeObject[]> {
  const tries = 6;
  for (let attempt = 1; ; attempt++) {
    const objects = await listFoundObjects(account);
    if (objects.length > 0 || attempt === tries) return objects;
    await pause(lookEveryMs, undefined, { signal: context.signal });
  }
}

/**
 * Waits until the worker of a started purge has listed everything and hashed it.
 *
 * @throws PurgeError `not-listed` after `timeoutMs`
 */
export async function awaitHashed(
  { reporter, signal }: CommandContext,
  account: DeviceAccount,
  timeoutMs: number,
): Promise<readonly PurgeObject[]> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const { state } = await account.client.getPurge();
    const objects = await listFoundObjects(account);
    const content = objects.filter(holdsBackup);
    const open = content.filter((object) => object.sha256 === null || unsettled.includes(object.state));
    const sum = (of: readonly PurgeObject[]): number => of.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
    reporter.progress({
      phase: 'waiting for the worker to read what it found',
      doneBytes: sum(content) - sum(open),
      totalBytes: sum(content),
      doneItems: content.length - open.length,
      totalItems: content.length,
    });
    // Where nothing is found, only the end of the round says that the worker has looked.
    if (open.length === 0 && (objects.length > 0 || state === 'finished')) return objects;
    if (performance.now() > endsAt) {
      throw new PurgeError(
        'not-listed',
        `The worker has read ${content.length - open.length} of ${content.length} copies that it found. Nothing was deleted; ` +
          'the purge is started and goes on. Run the same command again later.',
        { fields: { found: content.length, waiting: open.length } },
      );
    }
    await pause(lookEveryMs, undefined, { signal });
  }
}
