import { ObjectStoreError } from '../../errors';
import type { HttpAnswer } from '../http/http-service';

const busyReasons: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'sharingRateLimitExceeded',
]);
const fullReasons: ReadonlySet<string> = new Set([
  'storageQuotaExceeded',
  'quotaExceeded',
  'teamDriveFileLimitExceeded',
]);

/** Google's own name for what went wrong; empty where the body has none. */
export async function reasonOf(answer: HttpAnswer): Promise<string> {
  try {
    const body = JSON.parse(await answer.text()) as { error?: { errors?: readonly { reason?: unknown }[] } };
    const reason = body.error?.errors?.[0]?.reason;
    return typeof reason === 'string' && /^[A-Za-z]{1,64}$/.test(reason) ? reason : '';
  } catch {
    return '';
  }
}

/** Drive says "slow down" also by 403. */
export async function isDriveBusy(answer: HttpAnswer): Promise<boolean> {
  return answer.status === 403 && busyReasons.has(await reasonOf(answer));
}

/** What an answer of Drive means to the user of a store. Reads its body. */
export async function driveError(answer: HttpAnswer): Promise<ObjectStoreError> {
  const { status } = answer;
  const reason = await reasonOf(answer);
  const options = { fields: { status, reason } };
  if (status === 401) {
    return new ObjectStoreError(
      'access-denied',
      'Google Drive no longer takes the sign-in of this device. Nothing was changed. Run: coffer login --store drive:appdata',
      options,
    );
  }
  if (fullReasons.has(reason)) {
    return new ObjectStoreError(
      'store-full',
      'Google Drive has no room left; nothing was stored under the key',
      options,
    );
  }
  if (status === 403 && !busyReasons.has(reason)) {
    return new ObjectStoreError('access-denied', 'Google Drive refused this operation to this device', options);
  }
  if (status === 404) return new ObjectStoreError('not-found', 'no object under this key', options);
  if (status === 416)
    return new ObjectStoreError('invalid-range', 'the range starts past the end of the object', options);
  return new ObjectStoreError('unreachable', 'Google Drive did not answer as it should; try again', options);
}
