import type { SignedStatement } from '@coffer/evidence';

import { requireAtMost } from './fields';
import { formatLimits } from './limits';
import { joinSections, splitSections } from './sections';
import { decodeSigned, encodeSigned } from './signed-object';

/** Plaintext of a sealed prune list (docs/format/v1.md, "Prune list"). @throws BackupFormatError `too-large` */
export function encodePruneObject(signed: SignedStatement): Uint8Array<ArrayBuffer> {
  const plaintext = joinSections(encodeSigned(signed));
  requireAtMost(plaintext.length, formatLimits.sealedPruneListBytes, 'prune list');
  return plaintext;
}

/** Takes the plaintext of a prune list apart. Nothing is verified yet. @throws BackupFormatError `damaged`, `too-large` */
export function decodePruneObject(plaintext: Uint8Array): SignedStatement {
  const most = formatLimits.sealedPruneListBytes;
  requireAtMost(plaintext.length, most, 'prune list');
  const [signed] = splitSections(plaintext, [most], 'prune list');
  return decodeSigned(signed!, most, 'prune list');
}
