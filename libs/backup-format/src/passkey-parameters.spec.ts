import { fromHex } from '@coffer/foundation';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { BackupFormatError, decodeKeyslot, encodeKeyslot, passkeyParameters, type KeyslotObject } from './index';

const parameters = {
  rpId: 'portal.example',
  credentialId: new Uint8Array(16).fill(1),
  prfSalt: new Uint8Array(32).fill(2),
  sealedBackupKey: new Uint8Array(72).fill(3),
};
const keyslot: KeyslotObject = { kind: 'passkey', keyId: new Uint8Array(8), createdAtMs: 5, parameters };

describe('passkeyParameters', () => {
  it('reads the bytes of docs/format/v1.md', () => {
    // Written out: a map of five, shorter keys first (RFC 8949, 4.2.1); the parameters are a map of four.
    const written =
      `a5 61 76 01 64 6b696e64 67 706173736b6579 65 6b65794964 48 ${'00'.repeat(8)} 6a 706172616d6574657273 ` +
      `a4 64 72704964 6e 706f7274616c2e6578616d706c65 67 70726653616c74 5820 ${'02'.repeat(32)} ` +
      `6c 63726564656e7469616c4964 50 ${'01'.repeat(16)} 6f 7365616c65644261636b75704b6579 5848 ${'03'.repeat(72)} ` +
      `6b 6372656174656441744d73 05`;
    const bytes = fromHex(written.replaceAll(' ', ''));
    expect(encodeKeyslot(keyslot)).toEqual(bytes);
    expect(passkeyParameters(decodeKeyslot(bytes))).toEqual(parameters);
  });

  it('is undefined for another kind', () => {
    expect(passkeyParameters({ ...keyslot, kind: 'digits', parameters: {} })).toBeUndefined();
  });

  it.each<[string, KeyslotObject['parameters']]>([
    ['a field is missing', { rpId: 'a', credentialId: parameters.credentialId, prfSalt: parameters.prfSalt }],
    ['a field is added', { ...parameters, more: 1 }],
    ['the relying party is empty', { ...parameters, rpId: '' }],
    ['the credential id is empty', { ...parameters, credentialId: new Uint8Array(0) }],
    ['the credential id is too long', { ...parameters, credentialId: new Uint8Array(1024) }],
    ['the salt is short', { ...parameters, prfSalt: new Uint8Array(31) }],
    ['the wrap is long', { ...parameters, sealedBackupKey: new Uint8Array(73) }],
    ['a field is text', { ...parameters, prfSalt: 'x'.repeat(32) }],
  ])('refuses it where %s', (_name, changed) => {
    expect(() => passkeyParameters({ ...keyslot, parameters: changed })).toThrow(BackupFormatError);
  });

  property.prop([
    fc.record({
      rpId: fc.string({ minLength: 1, maxLength: 253 }),
      credentialId: fc.uint8Array({ minLength: 1, maxLength: 1023 }),
      prfSalt: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      sealedBackupKey: fc.uint8Array({ minLength: 72, maxLength: 72 }),
    }),
  ])('gives back what was written', (any) => {
    const read = decodeKeyslot(encodeKeyslot({ ...keyslot, parameters: any }));
    expect(passkeyParameters(read)).toEqual(any);
  });
});
