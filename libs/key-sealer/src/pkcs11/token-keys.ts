import type { PKCS11, Template } from 'pkcs11js';
import { randomBytes } from '@coffer/crypto';
import { SealerError, type SealingEpochInfo } from '@coffer/key-vault';
import type { Binding } from './binding';

/** How rows are sealed: in the token by AES-256-GCM, or under a key of their own that the token derives by HMAC. */
export type TokenMechanism = 'aes-gcm' | 'hmac';

/** A key of an epoch in the token. Its type says how it seals. */
export interface TokenEpochKey extends SealingEpochInfo {
  readonly mechanism: TokenMechanism;
  readonly handle: Buffer;
}

/** Keys of one deployment in a token. */
export interface TokenKeys {
  /** Root keys: one, unless two processes made the first at the same time. */
  readonly roots: readonly Buffer[];
  /** Oldest first. */
  readonly epochs: readonly TokenEpochKey[];
}

interface Opened {
  readonly binding: Binding;
  readonly pkcs11: PKCS11;
  readonly session: Buffer;
}

/** Objects that one search returns at a time. */
const findAtOnce = 64;

/**
 * Labels name deployment and epoch: `<deployment>/root`, `<deployment>/epoch/<number>/<milliseconds since 1970>`; CKA_ID of an
 * epoch key is its key id, 8 random bytes.
 *
 * @throws SealerError `key-exposed` where the token would hand out a key of the deployment
 */
export function findTokenKeys({ binding, pkcs11, session }: Opened, deployment: string): TokenKeys {
  const opened = { binding, pkcs11, session };
  const roots: Buffer[] = [];
  const epochs: TokenEpochKey[] = [];
  for (const handle of findSecretKeys(opened)) {
    const { label, id, isAes, staysInside } = readAttributes(opened, handle);
    const [prefix, kind, number = '', createdAt = ''] = label.split('/');
    if (prefix !== deployment) continue;
    if (!staysInside) {
      throw new SealerError('key-exposed', `the key ${label} can be taken out of the token; Coffer made none such`);
    }
    if (kind === 'root') roots.push(handle);
    if (kind !== 'epoch' || !/^\d{1,9}$/.test(number) || !/^\d{1,15}$/.test(createdAt)) continue;
    const mechanism = isAes ? 'aes-gcm' : 'hmac';
    epochs.push({ epoch: Number(number), keyId: id, createdAtMs: Number(createdAt), mechanism, handle });
  }
  epochs.sort((left, right) => left.epoch - right.epoch || left.createdAtMs - right.createdAtMs);
  return { roots, epochs };
}

function readAttributes({ binding, pkcs11, session }: Opened, handle: Buffer) {
  const { CKA_LABEL, CKA_ID, CKA_KEY_TYPE, CKA_EXTRACTABLE, CKA_SENSITIVE } = binding;
  const types = [CKA_LABEL, CKA_ID, CKA_KEY_TYPE, CKA_EXTRACTABLE, CKA_SENSITIVE].map((type) => ({ type }));
  const [label, id, type, extractable, sensitive] = pkcs11
    .C_GetAttributeValue(session, handle, types)
    .map(({ value }) => value);
  return {
    label: label?.toString('utf8') ?? '',
    id: new Uint8Array(id ?? []),
    isAes: type?.readUInt32LE() === binding.CKK_AES,
    staysInside: extractable?.[0] === 0 && sensitive?.[0] === 1,
  };
}

function findSecretKeys({ binding, pkcs11, session }: Opened): Buffer[] {
  pkcs11.C_FindObjectsInit(session, [
    { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
    { type: binding.CKA_TOKEN, value: true },
  ]);
  try {
    const found: Buffer[] = [];
    for (;;) {
      const some = pkcs11.C_FindObjects(session, findAtOnce);
      found.push(...some);
      if (some.length < findAtOnce) return found;
    }
  } finally {
    pkcs11.C_FindObjectsFinal(session);
  }
}

/** Makes the root key in the token: 256 bits that never leave it, for HMAC-SHA-256 only. */
export async function generateRoot({ binding, pkcs11, session }: Opened, deployment: string): Promise<void> {
  const template = [...secretTemplate(binding, `${deployment}/root`), ...hmacUse(binding)];
  await pkcs11.C_GenerateKeyAsync(session, { mechanism: binding.CKM_GENERIC_SECRET_KEY_GEN }, template);
}

/** Makes an epoch key in the token: 256 bits that never leave it, for the one mechanism only. */
export async function generateEpochKey(
  { binding, pkcs11, session }: Opened,
  deployment: string,
  { epoch, createdAtMs, mechanism }: Pick<TokenEpochKey, 'epoch' | 'createdAtMs' | 'mechanism'>,
): Promise<void> {
  const isAes = mechanism === 'aes-gcm';
  const template = [
    ...secretTemplate(binding, `${deployment}/epoch/${epoch}/${createdAtMs}`),
    { type: binding.CKA_ID, value: Buffer.from(randomBytes(8)) },
    ...(isAes ? aesUse(binding) : hmacUse(binding)),
  ];
  const generation = isAes ? binding.CKM_AES_KEY_GEN : binding.CKM_GENERIC_SECRET_KEY_GEN;
  await pkcs11.C_GenerateKeyAsync(session, { mechanism: generation }, template);
}

/** Destroys every key of an epoch; none where there is none. */
export function destroyEpochKeys(opened: Opened, deployment: string, epoch: number): void {
  for (const key of findTokenKeys(opened, deployment).epochs) {
    if (key.epoch === epoch) opened.pkcs11.C_DestroyObject(opened.session, key.handle);
  }
}

function secretTemplate(binding: Binding, label: string): Template {
  return [
    { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
    { type: binding.CKA_LABEL, value: label },
    { type: binding.CKA_TOKEN, value: true },
    { type: binding.CKA_PRIVATE, value: true },
    { type: binding.CKA_SENSITIVE, value: true },
    { type: binding.CKA_EXTRACTABLE, value: false },
    { type: binding.CKA_VALUE_LEN, value: 32 },
  ];
}

function aesUse(binding: Binding): Template {
  return [
    { type: binding.CKA_KEY_TYPE, value: binding.CKK_AES },
    { type: binding.CKA_ENCRYPT, value: true },
    { type: binding.CKA_DECRYPT, value: true },
  ];
}

function hmacUse(binding: Binding): Template {
  return [
    { type: binding.CKA_KEY_TYPE, value: binding.CKK_GENERIC_SECRET },
    { type: binding.CKA_SIGN, value: true },
  ];
}
