import type { SignedStatement } from '@coffer/evidence';
import { encodeCbor } from '@coffer/foundation';

import { anyBytesOf, decodeObject, requireAtMost, tupleOf, type ObjectKind } from './fields';

/** `signed` of docs/format/v1.md: statement, signature and body as three byte strings. */
export function encodeSigned({ statement, signature, body }: SignedStatement): Uint8Array<ArrayBuffer> {
  return encodeCbor([statement, signature, body]);
}

/**
 * Takes a signed object apart. Nothing is verified: that is for `verifyRepositoryStatement` of libs/evidence.
 *
 * @param limit - most bytes of the whole
 * @throws BackupFormatError `damaged`, `too-large`
 */
export function decodeSigned(bytes: Uint8Array, limit: number, object: ObjectKind): SignedStatement {
  requireAtMost(bytes.length, limit, object);
  const [statement, signature, body] = tupleOf(decodeObject(bytes, object), 3, object);
  return {
    statement: anyBytesOf(statement, limit, object),
    signature: anyBytesOf(signature, 64, object),
    body: anyBytesOf(body, limit, object),
  };
}
