import { CofferError } from '@coffer/foundation';

/** The command line asks for something that cannot be: exit code 2. Nothing was done. */
export class UsageError extends CofferError {
  declare readonly code: 'usage';

  constructor(message: string) {
    super('usage', message);
  }
}
