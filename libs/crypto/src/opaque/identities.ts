import { encodeCbor, EncodingError, toBase64Url, type CborValue } from '@coffer/foundation';

import { requireArgon2Parameters, type Argon2Parameters } from '../argon2-parameters';

/** The OPAQUE configuration in use: OPRF and key exchange over ristretto255 with SHA-512, Argon2id as key stretching. */
export const opaqueSuite = 'OPAQUE-3DH-ristretto255-SHA512-Argon2id';

/** Whom a password keyslot belongs to, and how its password is stretched. */
export interface OpaqueClient {
  /** Issuer URL of the operator's OpenID provider. */
  readonly issuer: string;
  /** The account's subject at that issuer. */
  readonly subject: string;
  /** Serial of the password record, from 1 on. */
  readonly serial: number;
  readonly ksf: Argon2Parameters;
}

/** The two identities that OPAQUE binds into every key it gives (RFC 9807, section 4). Texts, for the library takes texts. */
export interface OpaqueIdentities {
  readonly client: string;
  readonly server: string;
}

/**
 * Both identities of a password keyslot, as base64url of deterministic CBOR: client {v, issuer, subject, serial, ksf {m, t, p}},
 * server {v, vaultId, suite}. A change of any field gives other keys, so a record fits one account, serial, vault and work only.
 *
 * @throws CryptoError `parameters-out-of-range`; EncodingError `out-of-range` on a serial that is no whole number from 1 on
 */
export function opaqueIdentities(client: OpaqueClient, vaultId: string): OpaqueIdentities {
  return {
    client: toBase64Url(
      encodeCbor({
        v: 1,
        issuer: client.issuer,
        subject: client.subject,
        serial: requireSerial(client.serial),
        ksf: ksfCbor(client.ksf),
      }),
    ),
    server: toBase64Url(encodeCbor({ v: 1, vaultId, suite: opaqueSuite })),
  };
}

/** The CBOR form of key stretching parameters: {m: KiB, t, p}. @throws CryptoError `parameters-out-of-range` */
export function ksfCbor(parameters: Argon2Parameters): CborValue {
  const { memoryKiB, iterations, parallelism } = requireArgon2Parameters(parameters);
  return { m: memoryKiB, t: iterations, p: parallelism };
}

/** @throws EncodingError `out-of-range` unless `serial` is a safe whole number from 1 on */
export function requireSerial(serial: number): number {
  if (!Number.isSafeInteger(serial) || serial < 1) {
    throw new EncodingError('out-of-range', 'a serial is a whole number from 1 to 2^53-1');
  }
  return serial;
}
