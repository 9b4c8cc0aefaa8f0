import { CofferError } from '@coffer/foundation';

/** What was asked for was done, and something that belongs to it is not in it; said after the summary. */
export class IncompleteError extends CofferError {
  declare readonly code: 'incomplete';
}
