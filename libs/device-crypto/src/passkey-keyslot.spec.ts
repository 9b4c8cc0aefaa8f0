import { hkdfSync } from 'node:crypto';

import { concatBytes, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';

import { sealedBackupKeyBytes } from './backup-key-wrap';
import { deriveKeyId, requireBackupKey, requirePrfOutput, type KeyId } from './key-hierarchy';
import { newPrfSalt, openForPasskey, sealForPasskey, type PasskeyKeyslot } from './passkey-keyslot';

const backupKey = requireBackupKey(seed('backup key'));
const output = requirePrfOutput(seed('prf output'));
const keyslot: PasskeyKeyslot = {
  account: { issuer: 'https://login.example', subject: 'ada' },
  keyId: deriveKeyId(backupKey),
  rpId: 'portal.example',
  credentialId: seed('credential', 16),
  prfSalt: seed('prf salt'),
};
const nonce = seed('nonce', 24);
const sealed = sealForPasskey(output, keyslot, backupKey, nonce);
const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

/** The associated data of docs/key-labels.md, byte by byte: shorter keys first, then in the order of their bytes. */
function associatedData(): Uint8Array {
  const text = (value: string) => {
    const length = value.length < 24 ? [0x60 + value.length] : [0x78, value.length];
    return concatBytes(Uint8Array.from(length), utf8(value));
  };
  const bytes = (value: Uint8Array) => {
    const length = value.length < 24 ? [0x40 + value.length] : [0x58, value.length];
    return concatBytes(Uint8Array.from(length), value);
  };
  const account = concatBytes(
    Uint8Array.of(0xa2),
    ...[text('issuer'), text('https://login.example'), text('subject'), text('ada')],
  );
  return concatBytes(
    Uint8Array.of(0xa7),
    ...[text('v'), Uint8Array.of(1), text('rpId'), text('portal.example'), text('keyId'), bytes(keyslot.keyId)],
    ...[text('account'), account, text('prfSalt'), bytes(keyslot.prfSalt), text('purpose'), text('passkey')],
    ...[text('credentialId'), bytes(keyslot.credentialId)],
  );
}

describe('sealForPasskey', () => {
  it('is inverted by openForPasskey', () => {
    expect(sealed).toHaveLength(sealedBackupKeyBytes);
    expect(openForPasskey(output, keyslot, sealed)).toEqual(backupKey);
  });

  it('writes the bytes of docs/key-labels.md: what is kept today must open in ten years', () => {
    const key = hkdfSync('sha256', output, new Uint8Array(0), 'coffer/v1/passkey-wrap', 32);
    const box = xchacha20poly1305(new Uint8Array(key), nonce, associatedData()).encrypt(backupKey);
    expect(sealed).toEqual(concatBytes(nonce, box));
  });

  it('draws a new nonce each time, and leaves PRF output and backup key alone', () => {
    expect(sealForPasskey(output, keyslot, backupKey)).not.toEqual(sealForPasskey(output, keyslot, backupKey));
    expect([output, backupKey]).toEqual([seed('prf output'), seed('backup key')]);
  });

  it('refuses a keyslot that names another key', () => {
    const other = { ...keyslot, keyId: seed('other', 8) as KeyId };
    expect(() => sealForPasskey(output, other, backupKey)).toThrow(coded('wrong-key'));
  });
});

describe('openForPasskey', () => {
  it.each<[string, PasskeyKeyslot]>([
    ['issuer', { ...keyslot, account: { issuer: 'https://login.example/', subject: 'ada' } }],
    ['subject', { ...keyslot, account: { issuer: 'https://login.example', subject: 'bob' } }],
    ['relying party', { ...keyslot, rpId: 'example' }],
    ['credential', { ...keyslot, credentialId: seed('other', 16) }],
    ['shorter credential', { ...keyslot, credentialId: keyslot.credentialId.subarray(0, 15) }],
    ['PRF salt', { ...keyslot, prfSalt: seed('other') }],
    ['key id', { ...keyslot, keyId: seed('other', 8) as KeyId }],
  ])('refuses a keyslot with another %s', (_name, other) => {
    expect(() => openForPasskey(output, other, sealed)).toThrow(coded('wrong-passkey'));
  });

  property.prop([fc.uint8Array({ minLength: 32, maxLength: 32 })])('refuses any other PRF output', (other) => {
    fc.pre(Buffer.compare(other, output) !== 0);
    expect(() => openForPasskey(requirePrfOutput(other), keyslot, sealed)).toThrow(coded('wrong-passkey'));
  });

  property.prop([fc.nat({ max: sealed.length * 8 - 1 })])('refuses any flipped bit', (bit) => {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => openForPasskey(output, keyslot, changed)).toThrow(coded('wrong-passkey'));
  });

  property.prop([fc.nat({ max: 200 })])('refuses any other length', (length) => {
    fc.pre(length !== sealed.length);
    const changed = concatBytes(sealed, new Uint8Array(200)).subarray(0, length);
    expect(() => openForPasskey(output, keyslot, changed)).toThrow(coded('damaged'));
  });

  property.prop([
    fc.record({
      issuer: fc.string({ minLength: 1, maxLength: 40 }),
      subject: fc.string({ minLength: 1, maxLength: 40 }),
      rpId: fc.domain(),
      credentialId: fc.uint8Array({ minLength: 1, maxLength: 1023 }),
    }),
  ])('opens what was sealed for any keyslot, and under no other', ({ issuer, subject, rpId, credentialId }) => {
    const any: PasskeyKeyslot = { ...keyslot, account: { issuer, subject }, rpId, credentialId, prfSalt: newPrfSalt() };
    const wrap = sealForPasskey(output, any, backupKey);
    expect(openForPasskey(output, any, wrap)).toEqual(backupKey);
    expect(() => openForPasskey(output, keyslot, wrap)).toThrow(coded('wrong-passkey'));
  });
});
