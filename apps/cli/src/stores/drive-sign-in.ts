import { systemClock, type Clock } from '@coffer/foundation';
import {
  googleApiUrl,
  GoogleSignIn,
  googleSignInUrl,
  requireStoreAddress,
  type GoogleDeviceCode,
  type StoreAccess,
} from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import type { HomeDirectory } from '../home/home-directory';
import { formatDuration } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { SessionError } from '../session/session-error';
import { withSignInLock } from '../session/session-lock';
import type { StoreLoginRequest } from './run-store-login';
import { findStoreSignIn, keepStoreSignIn, requireStoreSignIn, type StoreSignIn } from './store-sign-in';
import { tryStore } from './try-store';

/** Under which its sign-in is kept, as it stands in `--store`. */
export const driveStore = 'drive:appdata';

type DriveSignIn = Extract<StoreSignIn, { kind: 'drive' }>;

/** A token with less life than this is renewed before it is used, in milliseconds. */
const marginMs = 60_000;

/** Access tokens of this device's sign-in at Google, renewed when they expire. @throws SessionError `not-signed-in`; HomeError */
export async function driveAccess(
  home: HomeDirectory,
  clock: Clock = systemClock,
): Promise<Awaited<ReturnType<StoreAccess['drive']>>> {
  let kept = await requireStoreSignIn(home, driveStore, 'drive');
  let renewal: Promise<DriveSignIn> | undefined;
  const isGood = ({ accessToken, expiresAtMs }: DriveSignIn, refused: string | undefined): boolean =>
    accessToken !== refused && expiresAtMs - clock.nowMs() > marginMs;
  const renew = (refused: string | undefined): Promise<DriveSignIn> =>
    withSignInLock(home, home.storeFile(driveStore), async () => {
      const stored = await requireStoreSignIn(home, driveStore, 'drive');
      if (isGood(stored, refused)) return stored;
      const renewed = { ...stored, ...(await new GoogleSignIn(stored, { clock }).refresh(stored.refreshToken)) };
      await keepStoreSignIn(home, driveStore, renewed);
      return renewed;
    });
  return {
    apiUrl: kept.apiUrl,
    token: async (refused) => {
      if (!isGood(kept, refused)) {
        // Many requests may find the token expired at once: one renewal serves them all.
        renewal ??= renew(refused).finally(() => (renewal = undefined));
        kept = await renewal;
      }
      return kept.accessToken;
    },
  };
}

/** Signs in with a person in front of the terminal, or a program that reads the JSON line. @throws UsageError; ObjectStoreError */
export async function signInToDrive({ reporter, signal }: CommandContext, request: StoreLoginRequest): Promise<void> {
  const { driveClientId: clientId, driveClientSecret: clientSecret, driveUrl } = request.config.stores;
  if (clientId === undefined || clientSecret === undefined) {
    throw new UsageError(
      'Google wants to know which program asks: set COFFER_DRIVE_CLIENT_ID and COFFER_DRIVE_CLIENT_SECRET to a client of the type ' +
        '"TVs and limited input devices" (docs/stores.md). Nothing was done.',
    );
  }
  const own = driveUrl === undefined ? undefined : requireStoreAddress(driveUrl, 'COFFER_DRIVE_URL');
  const urls = { apiUrl: own ?? googleApiUrl, signInUrl: own ?? googleSignInUrl };
  const signIn = new GoogleSignIn({ clientId, clientSecret, ...urls });
  const tokens = await signIn.signIn((code) => reporter.event('device-code', eventOf(code), textOf(code)), signal);
  const { accessToken, expiresAtMs, refreshToken } = tokens;
  if (refreshToken === undefined) {
    throw new SessionError(
      'identity-invalid',
      'Google gave no lasting sign-in. Nothing was kept; run the same command again.',
    );
  }
  await tryStore(driveStore, { drive: async () => ({ apiUrl: urls.apiUrl, token: async () => accessToken }) });
  const kept = { ...{ clientId, clientSecret, ...urls }, ...{ accessToken, expiresAtMs, refreshToken } };
  await keepStoreSignIn(request.home, driveStore, { v: 1, kind: 'drive', ...kept });
}

/** Ends the sign-in at Google where that answers. @returns whether Google knows */
export async function signOutOfDrive(home: HomeDirectory): Promise<boolean> {
  // What can no longer be read is removed all the same.
  const kept = await findStoreSignIn(home, driveStore, 'drive').catch(() => undefined);
  if (kept === undefined) return false;
  return new GoogleSignIn(kept, { maxAttempts: 2 }).revoke(kept.refreshToken).catch(() => false);
}

function eventOf({ userCode, verificationUri, expiresInSeconds }: GoogleDeviceCode) {
  return { userCode, verificationUri, verificationUriComplete: null, expiresInSeconds };
}

function textOf({ userCode, verificationUri, expiresInSeconds }: GoogleDeviceCode): string {
  return (
    `To let this device use its own hidden folder of your Google Drive, open\n\n    ${printable(verificationUri)}\n\nin any ` +
    `browser and enter the code\n\n    ${printable(userCode)}\n\nIt can see none of your other files. Waiting for your approval, ` +
    `${formatDuration(expiresInSeconds)} at most …`
  );
}
