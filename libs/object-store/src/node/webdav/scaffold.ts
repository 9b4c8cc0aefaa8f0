import { systemClock, type Clock } from '@coffer/foundation';

import { isDone, type WebDavClient } from './webdav-client';

/** Where uploads and claims are while they last, below the store's folder. No key can start with a dot. */
export const scaffoldFolder = '.uploads/';

const leftOverMs = 24 * 3_600_000;

/**
 * Removes something for good. Nextcloud would move it into a trash bin, where it goes on using the quota: the header says no (known to
 * Nextcloud since 29; others pass over it).
 *
 * @returns the status of the answer; 404 after a lost answer counts as done
 */
export async function deleted(client: WebDavClient, path: string): Promise<number> {
  const { status, attempts } = await client.status({
    method: 'DELETE',
    path,
    headers: { 'x-nc-skip-trashbin': 'true' },
  });
  return status === 404 && attempts > 1 ? 204 : status;
}

/** Removes what interrupted writers left more than a day ago; failures are the next sweep's to better. */
export async function sweepScaffold(client: WebDavClient, clock: Clock = systemClock): Promise<void> {
  const members = (await client.members(scaffoldFolder)) ?? [];
  for (const { name, isCollection, modifiedMs } of members) {
    if (modifiedMs === undefined || clock.nowMs() - modifiedMs < leftOverMs) continue;
    const status = await deleted(client, `${scaffoldFolder}${name}${isCollection ? '/' : ''}`);
    if (!isDone(status) && status !== 404) return;
  }
}
