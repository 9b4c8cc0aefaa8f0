import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** A channel cannot be opened as it is configured. Nothing was sent. */
export class NoticeChannelError extends CofferError {
  declare readonly code: 'channel-misconfigured';

  constructor(message: string, options: CofferErrorOptions = {}) {
    super('channel-misconfigured', message, options);
  }
}
