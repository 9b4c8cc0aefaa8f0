import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Bytes that are not what docs/format/v1.md says, or values that have no such bytes. Nothing of the object was used.
 *
 * - `damaged`: a rule of the format is broken; field `object` says in what kind of object.
 * - `too-large`: a length beyond the format's limits; nothing was allocated for it.
 * - `unsupported-version`, `unsupported-feature`: written by a newer program.
 * - `invalid-value`: what should be written has no form in this version.
 */
export class BackupFormatError extends CofferError {
  declare readonly code: BackupFormatErrorCode;

  constructor(code: BackupFormatErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/** See {@link BackupFormatError}. */
export type BackupFormatErrorCode =
  'damaged' | 'too-large' | 'unsupported-version' | 'unsupported-feature' | 'invalid-value';
