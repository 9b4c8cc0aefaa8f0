import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Shares do not give a root key. Nothing was written. `fields.share` is the place of the share among those that were given,
 * from 1, where one is to blame.
 *
 * - `share-damaged`: mistyped, cut or no share: its checksum does not hold. - `shares-mixed`: of another split, or of another
 *   root. - `share-repeated`: the same share twice. - `shares-missing`: fewer than the split asks for.
 * - `wrong-root`: whole, but they give another key than they name, or another than the database wants.
 */
export class ShareError extends CofferError {
  declare readonly code: 'share-damaged' | 'shares-mixed' | 'share-repeated' | 'shares-missing' | 'wrong-root';

  constructor(code: ShareError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
