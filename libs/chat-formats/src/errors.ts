import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What can be wrong with a foreign backup or with what should open it. Nothing of the backup's content has left the reader
 * when one is thrown, with one exception: `damaged` from a text or database whose reading had begun.
 *
 * - `not-a-backup`: nothing that any reader knows
 * - `unsupported-format`: known, and not opened by this version
 * - `key-required`, `invalid-key`: no key given; the given one has not the form of a key
 * - `wrong-key`: the file is whole and the key is not its key
 * - `damaged`: changed or cut after it was written, or, where no check value tells, the key is wrong
 * - `damaged-checksum`: the authenticated content is whole and the unauthenticated rest of the file is not
 * - `invalid-time-zone`: no zone of that name
 * - `no-chats`: opened, and there are no conversations in it
 * - `too-large`: beyond a limit that guards against hostile files
 * - `disk-full`: no room for temporary files; says nothing about the backup
 */
export class ChatFormatError extends CofferError {
  declare readonly code:
    | 'not-a-backup'
    | 'unsupported-format'
    | 'key-required'
    | 'invalid-key'
    | 'wrong-key'
    | 'damaged'
    | 'damaged-checksum'
    | 'invalid-time-zone'
    | 'no-chats'
    | 'too-large'
    | 'disk-full';

  constructor(code: ChatFormatError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
