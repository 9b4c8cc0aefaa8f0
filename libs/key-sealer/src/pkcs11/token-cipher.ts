import type { Mechanism } from 'pkcs11js';
import { CryptoError, openXChaCha, randomBytes, sealXChaCha, wipe } from '@coffer/crypto';
import { concatBytes } from '@coffer/foundation';
import { SealerError } from '@coffer/key-vault';
import { sealerLabels } from '../labels';
import { mayMeanTampering, type Binding } from './binding';
import type { TokenSession } from './token';
import type { TokenEpochKey } from './token-keys';

type Opened = Omit<TokenSession<unknown>, 'handles'>;

/** How the keys of one kind seal. */
export interface TokenCipher {
  seal(opened: Opened, key: TokenEpochKey, plaintext: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
  /** @throws SealerError `does-not-open` */
  open(opened: Opened, key: TokenEpochKey, sealed: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
}

const ivBytes = 12;
const tagBytes = 16;
const nonceBytes = 24;

/** Some libraries refuse to encrypt nothing at all, so every plaintext has this byte before it. */
const marker = Uint8Array.of(1);

/**
 * AES-256-GCM in the token (NIST SP 800-38D): 12 random bytes of IV, then ciphertext and tag of 16 bytes. Random IVs allow 2^32
 * seals under one key; an epoch of a week allows 7,100 a second.
 */
const aesGcm: TokenCipher = {
  seal: async ({ binding, pkcs11, session }, { handle }, plaintext, associated) => {
    const iv = randomBytes(ivBytes);
    const input = Buffer.from(concatBytes(marker, plaintext));
    pkcs11.C_EncryptInit(session, gcm(binding, iv, associated), handle);
    const sealed = await pkcs11.C_EncryptAsync(session, input, Buffer.alloc(input.length + tagBytes));
    input.fill(0);
    return concatBytes(iv, sealed);
  },
  open: async (opened, key, sealed, associated) => {
    // a shorter ciphertext would be taken for a question about lengths
    if (sealed.length <= ivBytes + tagBytes) throw new SealerError('does-not-open', 'sealed bytes are too short');
    try {
      return await decrypt(opened, key, sealed, associated);
    } catch (error) {
      if (!mayMeanTampering(error)) throw error;
      await requireWorkingKey(opened, key, error);
      throw new SealerError('does-not-open', 'sealed bytes are not authentic', { cause: error });
    }
  },
};

async function decrypt(
  { binding, pkcs11, session }: Opened,
  { handle }: TokenEpochKey,
  sealed: Uint8Array,
  associated: Uint8Array,
): Promise<Uint8Array> {
  const ciphertext = Buffer.from(sealed.subarray(ivBytes));
  pkcs11.C_DecryptInit(session, gcm(binding, sealed.subarray(0, ivBytes), associated), handle);
  const plaintext = await pkcs11.C_DecryptAsync(session, ciphertext, Buffer.alloc(ciphertext.length));
  const content = new Uint8Array(plaintext.subarray(marker.length));
  plaintext.fill(0);
  return content;
}

/**
 * SoftHSM answers CKR_GENERAL_ERROR to a forged ciphertext as to any fault of its own. Only where the same key still seals and
 * opens was it the ciphertext.
 */
async function requireWorkingKey(opened: Opened, key: TokenEpochKey, fault: unknown): Promise<void> {
  const probe = await aesGcm.seal(opened, key, marker, marker);
  await decrypt(opened, key, probe, marker).catch((cause: unknown) => {
    throw new SealerError('unavailable', 'the token opens nothing, not even what it has just sealed', {
      cause: mayMeanTampering(cause) ? fault : cause,
    });
  });
}

function gcm(binding: Binding, iv: Uint8Array, associated: Uint8Array): Mechanism {
  const parameter = {
    type: binding.CK_PARAMS_GCM,
    iv: Buffer.from(iv),
    ivBits: ivBytes * 8,
    aad: Buffer.from(associated),
    tagBits: tagBytes * 8,
  };
  return { mechanism: binding.CKM_AES_GCM, parameter };
}

/**
 * For tokens without AES-GCM, or with one that takes no IV: each row has a key of its own, HMAC-SHA-256 in the token over a
 * nonce of 24 random bytes, and is sealed with XChaCha20-Poly1305 under it. The epoch key never leaves the token; a row's key
 * is in this process as long as the row's plaintext is.
 */
const hmac: TokenCipher = {
  seal: async (opened, key, plaintext, associated) => {
    const nonce = randomBytes(nonceBytes);
    const rowKey = await deriveRowKey(opened, key, nonce);
    const sealed = concatBytes(nonce, sealXChaCha(rowKey, nonce, plaintext, associated));
    wipe(rowKey);
    return sealed;
  },
  open: async (opened, key, sealed, associated) => {
    if (sealed.length < nonceBytes + tagBytes) throw new SealerError('does-not-open', 'sealed bytes are too short');
    const nonce = sealed.subarray(0, nonceBytes);
    const rowKey = await deriveRowKey(opened, key, nonce);
    try {
      return openXChaCha(rowKey, nonce, sealed.subarray(nonceBytes), associated);
    } catch (cause) {
      if (!(cause instanceof CryptoError)) throw cause;
      throw new SealerError('does-not-open', 'sealed bytes are not authentic', { cause });
    } finally {
      wipe(rowKey);
    }
  },
};

async function deriveRowKey(opened: Opened, { handle }: TokenEpochKey, nonce: Uint8Array): Promise<Uint8Array> {
  return tokenHmac(opened, handle, concatBytes(sealerLabels.tokenRow, nonce));
}

/** HMAC-SHA-256 in the token. @returns 32 bytes */
export async function tokenHmac(
  { binding, pkcs11, session }: Opened,
  key: Buffer,
  message: Uint8Array,
): Promise<Uint8Array> {
  pkcs11.C_SignInit(session, { mechanism: binding.CKM_SHA256_HMAC }, key);
  return new Uint8Array(await pkcs11.C_SignAsync(session, Buffer.from(message), Buffer.alloc(32)));
}

/** The cipher of each kind of key. */
export const tokenCiphers: Readonly<Record<TokenEpochKey['mechanism'], TokenCipher>> = { 'aes-gcm': aesGcm, hmac };
