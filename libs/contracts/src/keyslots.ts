import { z } from 'zod';
import {
  base64UrlBetween,
  base64UrlOf,
  bytes32Text,
  count,
  idText,
  instantText,
  keyIdText,
  serialNumber,
  uuidText,
} from './text-forms';
import { signedStatement } from './signed-statement';
import { limits } from './limits';

/** Ways to get the backup key back. */
export const keyslotKinds = ['digits', 'password', 'passkey'] as const;

/** @see keyslotKinds */
export type KeyslotKind = (typeof keyslotKinds)[number];

/** Life of a keyslot; a list names those that are `active`, and `pending` ones only to who opened them. */
export const keyslotStates = ['pending', 'active', 'removed', 'shredded'] as const;

/** @see keyslotStates */
export type KeyslotState = (typeof keyslotStates)[number];

const keyslotShape = {
  keyslotId: uuidText,
  kind: z.enum(keyslotKinds),
  keyId: keyIdText,
  /** Serial of the password record; 0 for other kinds. */
  serial: serialNumber,
  state: z.enum(keyslotStates),
  provenAt: instantText.nullable(),
};

/** One way to get the backup key back, as the vault knows it. */
export const keyslot = z.strictObject(keyslotShape).meta({ id: 'Keyslot' });

/** @see keyslot */
export type Keyslot = z.infer<typeof keyslot>;

/** Answer of `GET /v1/keyslots`. */
export const keyslotList = z.strictObject({ keyslots: z.array(keyslot) }).meta({ id: 'KeyslotList' });

/** @see keyslotList */
export type KeyslotList = z.infer<typeof keyslotList>;

/**
 * What an active passkey keyslot is opened with. The backup key in it is sealed under what the passkey alone gives, so it is of no
 * use to who reads it here.
 */
export const passkeyWrap = z
  .strictObject({
    keyslotId: uuidText,
    keyId: keyIdText,
    /** Relying party id: the host name of the portal that made the passkey. */
    rpId: z.string().min(1).max(253),
    credentialId: base64UrlBetween(1, 1023),
    prfSalt: bytes32Text,
    /** Nonce, ciphertext and tag: 72 bytes (docs/key-labels.md). */
    sealedBackupKey: base64UrlOf(72),
  })
  .meta({ id: 'PasskeyWrap' });

/** @see passkeyWrap */
export type PasskeyWrap = z.infer<typeof passkeyWrap>;

/** Answer of `GET /v1/keyslots/passkeys`. */
export const passkeyWrapList = z.strictObject({ passkeys: z.array(passkeyWrap) }).meta({ id: 'PasskeyWrapList' });

/** @see passkeyWrapList */
export type PasskeyWrapList = z.infer<typeof passkeyWrapList>;

/** Argon2id as the device has to run it; the accepted range is a guard against a server that asks for less. */
export const ksf = z
  .strictObject({
    algorithm: z.literal('argon2id'),
    memoryKiB: z.int().min(65_536).max(262_144),
    iterations: z.int().min(3).max(10),
    parallelism: z.int().min(1).max(4),
  })
  .meta({ id: 'Ksf' });

/** @see ksf */
export type Ksf = z.infer<typeof ksf>;

/** The backup key sealed under the OPAQUE export key: nonce, ciphertext and tag. */
export const sealedBackupKeyText = base64UrlBetween(48, 256);

/** OPAQUE first message of a login (RFC 9807): 96 bytes. */
export const ke1Text = base64UrlOf(96);

/** OPAQUE second message: 320 bytes. */
export const ke2Text = base64UrlOf(320);

/** OPAQUE third message: 64 bytes. */
export const ke3Text = base64UrlOf(64);

/**
 * Body of `POST /v1/registrations`: bare at the first claim and, with its id, under a new start; owner-signed
 * (`register-password`) where the account is owned.
 */
export const openRegistration = z
  .union([z.strictObject({ registrationRequest: base64UrlOf(32), newStartId: uuidText.optional() }), signedStatement])
  .meta({ id: 'OpenRegistration' });

/** @see openRegistration */
export type OpenRegistration = z.infer<typeof openRegistration>;

/** Answer of `POST /v1/registrations`. */
export const registration = z
  .strictObject({
    registrationId: uuidText,
    serial: serialNumber,
    registrationResponse: base64UrlOf(64),
    ksf,
    vaultId: idText,
    expiresAt: instantText,
  })
  .meta({ id: 'Registration' });

/** @see registration */
export type Registration = z.infer<typeof registration>;

/** Answer of `PUT /v1/registrations/{registrationId}/record`. */
export const pendingRecord = z
  .strictObject({ state: z.literal('pending'), expiresAt: instantText })
  .meta({ id: 'PendingRecord' });

/** @see pendingRecord */
export type PendingRecord = z.infer<typeof pendingRecord>;

/** Body of `POST /v1/registrations/{registrationId}/confirmations`; `confirm` is a `password-confirm` statement. */
export const startConfirmation = z
  .strictObject({ loginId: uuidText, ke1: ke1Text, confirm: signedStatement })
  .meta({ id: 'StartConfirmation' });

/** @see startConfirmation */
export type StartConfirmation = z.infer<typeof startConfirmation>;

/** Answer to it. */
export const confirmation = z.strictObject({ loginId: uuidText, ke2: ke2Text }).meta({ id: 'Confirmation' });

/** @see confirmation */
export type Confirmation = z.infer<typeof confirmation>;

/** Body of `POST /v1/registrations/{registrationId}/activation`. */
export const activateRegistration = z
  .strictObject({ loginId: uuidText, ke3: ke3Text })
  .meta({ id: 'ActivateRegistration' });

/** @see activateRegistration */
export type ActivateRegistration = z.infer<typeof activateRegistration>;

/** The keyslot that an activation made, with the refilled budget. */
export const activatedKeyslot = z
  .strictObject({ ...keyslotShape, attemptsRemaining: count.max(limits.guesses) })
  .meta({ id: 'ActivatedKeyslot' });

/** @see activatedKeyslot */
export type ActivatedKeyslot = z.infer<typeof activatedKeyslot>;
