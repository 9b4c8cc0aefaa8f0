import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What the engine refuses or cannot do. Errors of the store (ObjectStoreError), of the format (BackupFormatError) and of the
 * device's cryptography (DeviceCryptoError) pass through where they say more.
 *
 * - `no-repository`: the store holds none that this key opens, and none at all.
 * - `wrong-key`: the store holds repositories, and this key opens none of them. Nothing was changed.
 * - `key-rotated`: the backup key was replaced by another one, as the vault or the former owner key says; field `keyId` names it
 *   (16 hexadecimal digits). Nothing was read or written under the former one.
 * - `several-repositories`: the key opens more than one; the caller must name it.
 * - `already-exists`: a repository or key is there; nothing was overwritten.
 * - `no-snapshot`: there is no such snapshot, or none at all.
 * - `damaged`: an object is not what was sealed or signed; field `path` names it within the repository.
 * - `missing-object`: an object that a snapshot needs is not in the store; field `path`.
 * - `head-rolled-back`: the store shows an older state than this device has seen. Nothing was read or written under it.
 * - `head-changed`: another device replaced the head meanwhile (retryable).
 * - `busy`: another run works on this repository.
 * - `stopped`: the caller asked to stop. What was stored stays; the next run goes on from there.
 * - `source-unreadable`: a source that was named cannot be read at all.
 * - `target-exists`: restoring would overwrite something.
 * - `unsafe-item`: an item's path cannot be created safely on this system.
 * - `disk-full`: no room where files are restored, or for temporary files; no half-written file is left under its final name.
 * - `not-found`: no such item or conversation in the snapshot.
 * - `invalid-policy`: a retention policy that keeps nothing, or names a time zone that there is not.
 * - `only-writer-needed`: the store does not keep two writers apart, and the caller did not say that there is only one. Nothing
 *   was deleted.
 * - `worker-failed`: a worker thread ended by itself.
 */
export class BackupEngineError extends CofferError {
  declare readonly code: BackupEngineErrorCode;

  constructor(code: BackupEngineErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, { isRetryable: code === 'head-changed', ...options });
  }
}

/** See {@link BackupEngineError}. */
export type BackupEngineErrorCode =
  | 'no-repository'
  | 'wrong-key'
  | 'key-rotated'
  | 'several-repositories'
  | 'already-exists'
  | 'no-snapshot'
  | 'damaged'
  | 'missing-object'
  | 'head-rolled-back'
  | 'head-changed'
  | 'busy'
  | 'stopped'
  | 'source-unreadable'
  | 'target-exists'
  | 'unsafe-item'
  | 'disk-full'
  | 'not-found'
  | 'invalid-policy'
  | 'only-writer-needed'
  | 'worker-failed';
