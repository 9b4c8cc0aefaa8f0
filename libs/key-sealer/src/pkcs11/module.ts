import type { PKCS11 } from 'pkcs11js';
import { SealerError } from '@coffer/key-vault';
import { faultName, toSealerError, type Binding } from './binding';

/** A vendor's library, loaded once per process whoever uses it. */
export interface LoadedModule {
  readonly pkcs11: PKCS11;
  /** Begins the use of the library where it has not begun. */
  initialize(): void;
  /** Ends the use of the library where nobody else in this process uses it, so that the next `initialize` starts afresh. */
  finalizeIfAlone(): void;
  /** To be called once; the last user ends the use of the library. */
  release(): void;
}

interface Entry {
  readonly pkcs11: PKCS11;
  users: number;
  isInitialized: boolean;
}

/** PKCS#11 is one state per library and process: C_Initialize a second time fails, and C_Finalize ends it for everybody. */
const loaded = new Map<string, Entry>();

/**
 * @param path - of the library
 * @throws SealerError `token-refused` where it cannot be loaded or begun
 */
export function acquireModule(binding: Binding, path: string): LoadedModule {
  const entry = loaded.get(path) ?? { pkcs11: loadLibrary(binding, path), users: 0, isInitialized: false };
  loaded.set(path, entry);
  entry.users++;
  const finalize = (): void => {
    if (!entry.isInitialized) return;
    entry.isInitialized = false;
    try {
      entry.pkcs11.C_Finalize();
    } catch (error) {
      if (faultName(error) === undefined) throw error;
    }
  };
  return {
    pkcs11: entry.pkcs11,
    initialize: () => {
      if (entry.isInitialized) return;
      try {
        // its functions are called from several threads at once
        entry.pkcs11.C_Initialize({ flags: binding.CKF_OS_LOCKING_OK });
      } catch (error) {
        if (faultName(error) !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw toSealerError(error, 'starting the library');
      }
      entry.isInitialized = true;
    },
    finalizeIfAlone: () => {
      if (entry.users === 1) finalize();
    },
    release: () => {
      entry.users--;
      if (entry.users > 0) return;
      finalize();
      loaded.delete(path);
      entry.pkcs11.close();
    },
  };
}

function loadLibrary(binding: Binding, path: string): PKCS11 {
  const pkcs11 = new binding.PKCS11();
  try {
    pkcs11.load(path);
  } catch (cause) {
    throw new SealerError(
      'token-refused',
      `The PKCS#11 library ${path} cannot be loaded. Install the vendor's, or correct COFFER_PKCS11_MODULE.`,
      { cause },
    );
  }
  return pkcs11;
}
