import { equalBytes, toHex } from '@coffer/foundation';

import {
  areDistinct,
  bytes,
  bytesBetween,
  list,
  nullable,
  oneOf,
  record,
  text,
  uuid,
  variant,
  where,
  whole,
  type Shape,
} from '../shape';
import { headMaximumBytes } from '../head/head';
import { statementMaximumBytes, type SignedStatement } from '../statement/signed-statement';

/** What becomes of one repository of the account. Both null in a repository that has no head yet. */
export interface RotatedHead {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** Hash of the head that the new one follows, 32 bytes. */
  readonly expected: Uint8Array | null;
  /** The new head, signed by the new owner key. */
  readonly head: SignedStatement | null;
}

/** The new key as 64 digits, typed back or written to a file that was read back. */
export interface ActivatedDigits {
  readonly kind: 'digits';
}

/** A password that was proven by a registration for this rotation. */
export interface ActivatedPassword {
  readonly kind: 'password';
  readonly registrationId: string;
  readonly serial: number;
}

/** What a passkey keyslot is made of; the vault cannot open the wrap. */
export interface PasskeyWrap {
  /** Relying party id that the credential belongs to. */
  readonly rpId: string;
  /** 1-1023 bytes (WebAuthn, section 4). */
  readonly credentialId: Uint8Array;
  /** Random, 32 bytes; the input of the PRF is derived from it (docs/key-labels.md). */
  readonly prfSalt: Uint8Array;
  /** The backup key sealed under the PRF's output, 72 bytes. */
  readonly sealedBackupKey: Uint8Array;
}

/** A passkey whose wrap of the new key was opened again with a second evaluation. */
export interface ActivatedPasskey extends PasskeyWrap {
  readonly kind: 'passkey';
}

export type RotationKeyslot = ActivatedDigits | ActivatedPassword | ActivatedPasskey;

/**
 * Body of `rotate`: the whole account goes from one backup key to the next in one transaction (docs/protocol.md, "Rotation of
 * K"). Signed by the former owner key, co-signed by the new one.
 */
export interface RotationBody {
  /** The former owner key, 32 bytes. */
  readonly ownerPublicKey: Uint8Array;
  /** 32 bytes. */
  readonly newOwnerPublicKey: Uint8Array;
  /** 8 bytes. */
  readonly newKeyId: Uint8Array;
  /** Every repository under the former key. */
  readonly heads: readonly RotatedHead[];
  /** At least one that is no passkey. */
  readonly activated: readonly RotationKeyslot[];
  /** Ids of every active keyslot of the former key; none where the only one was shredded. */
  readonly removed: readonly string[];
}

/** Keyslots of one account at most. */
export const keyslotsMaximum = 16;
/** Passkeys among them: digits and a password always find room, so that a rotation can name every keyslot. */
export const passkeysMaximum = keyslotsMaximum - 2;
/** Repositories that one rotation takes along. */
export const rotatedHeadsMaximum = 16;

/** How a passkey's wrap is read wherever it is signed. */
export const passkeyWrapFields = {
  rpId: text(253),
  credentialId: bytesBetween(1, 1023),
  prfSalt: bytes(32),
  sealedBackupKey: bytes(72),
};

const signed = record<SignedStatement>({
  statement: bytesBetween(1, statementMaximumBytes),
  signature: bytes(64),
  body: bytesBetween(1, headMaximumBytes),
});

const rotatedHead: Shape<RotatedHead> = where(
  record<RotatedHead>({ repositoryId: bytes(16), expected: nullable(bytes(32)), head: nullable(signed) }),
  ({ expected, head }) => ((expected === null) === (head === null) ? undefined : 'a head follows a head'),
);

const keyslot = variant<RotationKeyslot>('kind', {
  digits: record<ActivatedDigits>({ kind: oneOf('digits') }),
  password: record<ActivatedPassword>({ kind: oneOf('password'), registrationId: uuid, serial: whole(1) }),
  passkey: record<ActivatedPasskey>({ kind: oneOf('passkey'), ...passkeyWrapFields }),
});

export const rotationShape: Shape<RotationBody> = where(
  record<RotationBody>({
    ownerPublicKey: bytes(32),
    newOwnerPublicKey: bytes(32),
    newKeyId: bytes(8),
    heads: list(rotatedHead, rotatedHeadsMaximum),
    activated: list(keyslot, keyslotsMaximum, 1),
    removed: list(uuid, keyslotsMaximum),
  }),
  problemOf,
);

/** Largest body of `rotate` in bytes. */
export const rotationMaximumBytes = 64 * 1024;

function problemOf({ ownerPublicKey, newOwnerPublicKey, heads, activated, removed }: RotationBody): string | undefined {
  if (equalBytes(ownerPublicKey, newOwnerPublicKey)) return 'a rotation brings another owner key';
  if (!areDistinct(heads.map(({ repositoryId }) => toHex(repositoryId)))) return 'a repository is listed twice';
  if (!areDistinct(removed)) return 'a keyslot is removed twice';
  const single = activated.filter(({ kind }) => kind !== 'passkey').map(({ kind }) => kind);
  if (single.length === 0) return 'a passkey is never the only keyslot';
  if (!areDistinct(single)) return 'there is one keyslot of digits and one of a password at most';
  const credentials = activated.flatMap((slot) => (slot.kind === 'passkey' ? [toHex(slot.credentialId)] : []));
  return areDistinct(credentials) ? undefined : 'a passkey is listed twice';
}
