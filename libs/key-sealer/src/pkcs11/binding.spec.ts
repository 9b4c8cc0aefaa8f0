import { afterEach, describe, expect, it, vi } from 'vitest';
import { SealerError } from '@coffer/key-vault';
import { isLostWay, loadBinding, mayMeanTampering, toSealerError } from './binding';

/** A fault as pkcs11js throws it. */
const fault = (name: string): Error => Object.assign(new Error(name), { code: 1 });

describe('loadBinding', () => {
  afterEach(() => {
    vi.doUnmock('pkcs11js');
    vi.resetModules();
  });

  it('says what to do when the package was not built', async () => {
    vi.doMock('pkcs11js', () => {
      throw new Error('Cannot find module');
    });
    await expect(loadBinding()).rejects.toMatchObject({
      code: 'token-refused',
      message: expect.stringMatching(/npm ci.*COFFER_SEALER=key-file/),
    });
  });
});

describe('a fault of the token', () => {
  it.each(['CKR_SESSION_HANDLE_INVALID', 'CKR_DEVICE_REMOVED', 'CKR_TOKEN_NOT_PRESENT', 'CKR_USER_NOT_LOGGED_IN'])(
    '%s is a reason to connect anew, and passes as unavailable where that does not help',
    (name) => {
      expect(isLostWay(fault(name))).toBe(true);
      expect(mayMeanTampering(fault(name))).toBe(false);
      expect(toSealerError(fault(name), 'sealing')).toMatchObject({ code: 'unavailable', isRetryable: true });
    },
  );

  it.each(['CKR_GENERAL_ERROR', 'CKR_ENCRYPTED_DATA_INVALID', 'CKR_AEAD_DECRYPT_FAILED'])(
    '%s may mean that a ciphertext is not authentic',
    (name) => {
      expect(mayMeanTampering(fault(name))).toBe(true);
      expect(isLostWay(fault(name))).toBe(false);
    },
  );

  it.each(['CKR_PIN_INCORRECT', 'CKR_PIN_LOCKED', 'CKR_MECHANISM_INVALID', 'CKR_DEVICE_MEMORY'])(
    '%s is for staff to mend, and is not tried again',
    (name) => {
      expect(isLostWay(fault(name))).toBe(false);
      const error = toSealerError(fault(name), 'sealing');
      expect(error).toMatchObject({ code: 'token-refused', isRetryable: false, fields: { fault: name } });
      expect(error.message).toContain(name);
    },
  );

  it('is not seen in what is none', () => {
    for (const other of [new Error('CKR_GENERAL_ERROR'), new TypeError('x'), 'CKR_DEVICE_REMOVED', undefined]) {
      expect([isLostWay(other), mayMeanTampering(other)]).toEqual([false, false]);
    }
    const own = new SealerError('unknown-epoch', 'x');
    expect(toSealerError(own, 'opening')).toBe(own);
  });
});
