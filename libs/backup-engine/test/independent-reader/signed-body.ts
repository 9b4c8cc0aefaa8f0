import { ascii, isSame, sha256, verify } from './primitives';
import { fields, must } from './refusal';
import { readCbor, type Value } from './strict-cbor';

/**
 * The body of an owner-signed object (docs/wire.md, "Text forms" and "Statements").
 *
 * @param owners - public keys of which one must have signed
 * @param keyId - any where undefined
 * @throws RangeError where anything does not hold
 */
export function signedBody(
  value: Value,
  purpose: string,
  repositoryId: Uint8Array,
  owners: readonly Uint8Array[],
  keyId?: Uint8Array,
): Uint8Array {
  const [statement, signature, body, ...more] = value as readonly Uint8Array[];
  must(more.length === 0, 'three parts');
  const named = fields(readCbor(statement!), 'v scope purpose repositoryId keyId bodyHash', '');
  must(named['scope'] === 'repository' && named['purpose'] === purpose, 'another purpose');
  must(isSame(named['repositoryId'] as Uint8Array, repositoryId), 'another repository');
  must(keyId === undefined || isSame(named['keyId'] as Uint8Array, keyId), 'another key');
  must(isSame(named['bodyHash'] as Uint8Array, sha256(body!)), 'another body');
  const message = Buffer.concat([ascii('coffer/v1/repository-statement\0'), statement!]);
  must(
    owners.some((owner) => verify(owner, message, signature!)),
    'not the owner',
  );
  return body!;
}
