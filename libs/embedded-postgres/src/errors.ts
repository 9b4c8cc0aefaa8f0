import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** The embedded PostgreSQL could not be prepared or started. Data that is already there is left as it was. */
export class EmbeddedPostgresError extends CofferError {
  declare readonly code: 'unsupported-platform' | 'no-postgres-user' | 'port-taken' | 'init-failed' | 'start-failed';

  constructor(code: EmbeddedPostgresError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
