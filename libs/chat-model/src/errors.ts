import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** A conversation or message breaks a rule of the canonical model. Thrown before anything is written or returned. */
export class ChatModelError extends CofferError {
  declare readonly code: 'invalid-chat-data' | 'chat-data-too-large';

  constructor(code: ChatModelError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
