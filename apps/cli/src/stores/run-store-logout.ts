import { parseICloudContainer } from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import { HomeDirectory } from '../home/home-directory';
import { driveStore, signOutOfDrive } from './drive-sign-in';
import { icloudStore } from './icloud-sign-in';
import { noSignIn } from './run-store-login';
import { webdavAddress } from './webdav-sign-in';

/** Forgets the sign-in of this device at a store; what is stored there stays. @throws UsageError; ObjectStoreError `invalid-url` */
export async function runStoreLogout({ reporter }: CommandContext, store: string, homePath: string): Promise<void> {
  const home = new HomeDirectory(homePath);
  const file = home.storeFile(nameOf(store));
  const revoked = store === driveStore && (await signOutOfDrive(home));
  const signedOut = await home.remove(file);
  reporter.summary({ store, signedOut, revoked }, signedOut ? wordsOf(store, revoked) : 'Nobody was signed in there.');
}

/** Name under which a sign-in is kept. */
function nameOf(store: string): string {
  if (store.startsWith('webdav+')) return webdavAddress(store);
  if (store === driveStore) return driveStore;
  if (store.startsWith('icloud:')) return icloudStore(parseICloudContainer(store));
  throw noSignIn();
}

function wordsOf(store: string, revoked: boolean): string {
  if (revoked) return 'Signed out; Google knows. What is stored there stays.';
  if (store === driveStore) {
    return 'Forgotten on this device. Google could not be told: end it at https://myaccount.google.com/connections.';
  }
  return 'Forgotten on this device. What is stored there stays; end an app password or a sign-in at its service as well.';
}
