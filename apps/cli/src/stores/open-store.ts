import type { ObjectStore } from '@coffer/object-store';
import { openObjectStore, type StoreAccess } from '@coffer/object-store/node';

import type { StoreEnvironment } from '../config';
import type { HomeDirectory } from '../home/home-directory';

/** Where this device has what signs it in at stores. */
export interface StoreSignIns {
  readonly home: HomeDirectory;
  readonly environment: StoreEnvironment;
}

/** Opens a store that needs no vault. Nothing is asked of it yet. @throws ObjectStoreError `invalid-url` */
export function openStore(url: string, signIns: StoreSignIns): ObjectStore {
  return openObjectStore(url, { access: accessOf(signIns) });
}

/** What goes with it is loaded with the first request. */
function accessOf(signIns: StoreSignIns): StoreAccess {
  return {
    webdav: async (address) => {
      const { webdavCredentials } = await import('./webdav-sign-in');
      return webdavCredentials(signIns, address);
    },
    drive: async () => {
      const { driveAccess } = await import('./drive-sign-in');
      return driveAccess(signIns.home);
    },
    icloud: async (container) => {
      const { icloudAccess } = await import('./icloud-sign-in');
      return icloudAccess(signIns.home, container);
    },
  };
}
