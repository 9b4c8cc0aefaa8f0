import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@coffer/foundation';

import type { HomeDirectory } from '../home/home-directory';
import { SessionError } from './session-error';

const waitMs = 15_000;
const lookEveryMs = 50;
/** No renewal takes so long: whoever made the lock is gone. */
const staleMs = 60_000;

/**
 * Runs `act` while no other process of this home does: a refresh token is good for one use, and where two use it at once the
 * provider ends the sign-in.
 *
 * @throws SessionError `busy`
 */
export function withSessionLock<Result>(home: HomeDirectory, act: () => Promise<Result>): Promise<Result> {
  return withSignInLock(home, home.sessionFile, act);
}

/** The same for the sign-in that another file of the home keeps. @param file - a path of HomeDirectory @throws SessionError `busy` */
export async function withSignInLock<Result>(
  home: HomeDirectory,
  file: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const path = `${file}.lock`;
  await home.ensure(dirname(path));
  for (let waited = 0; !(await created(path)); waited += lookEveryMs) {
    const held = await stat(path).catch(() => undefined);
    if (held !== undefined && systemClock.nowMs() - held.mtimeMs > staleMs) await rm(path, { force: true });
    if (waited >= waitMs) {
      throw new SessionError(
        'busy',
        `Another run renews the sign-in and does not end. If there is none, remove ${path}`,
      );
    }
    await pause(lookEveryMs);
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}

async function created(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
