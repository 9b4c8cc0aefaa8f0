import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** Which piece of evidence did not hold. */
export type EvidenceErrorCode =
  | 'statement-invalid'
  | 'head-behind'
  | 'wrong-owner-generation'
  | 'event-invalid'
  | 'chain-broken'
  | 'tree-invalid'
  | 'inclusion-invalid'
  | 'consistency-invalid'
  | 'note-invalid'
  | 'checkpoint-invalid'
  | 'certificate-invalid';

/** Why, in one word; a verifier always gives one. */
export type EvidenceReason =
  | 'malformed'
  | 'too-large'
  | 'wrong-purpose'
  | 'wrong-vault'
  | 'wrong-account'
  | 'wrong-generation'
  | 'wrong-serial'
  | 'wrong-challenge'
  | 'wrong-repository'
  | 'wrong-key-id'
  | 'wrong-key'
  | 'wrong-head'
  | 'wrong-number'
  | 'wrong-previous-hash'
  | 'wrong-budget'
  | 'wrong-origin'
  | 'wrong-proof'
  | 'wrong-body'
  | 'wrong-event'
  | 'wrong-name'
  | 'not-canonical'
  | 'no-known-signature'
  | 'expired'
  | 'bad-signature'
  | 'body-mismatch';

/**
 * Something that was shown as evidence does not hold; nothing may be done on its strength. `code` says which piece,
 * `reason` (also in `fields.reason`) why. Where a shape was wrong, `fields.field` names the place. Nothing of the content
 * is in the message.
 */
export class EvidenceError extends CofferError {
  declare readonly code: EvidenceErrorCode;
  readonly reason: EvidenceReason;

  constructor(code: EvidenceErrorCode, reason: EvidenceReason, message: string, options: CofferErrorOptions = {}) {
    super(code, message, { ...options, fields: { ...options.fields, reason } });
    this.reason = reason;
  }
}
