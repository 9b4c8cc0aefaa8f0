import { fc, test as property } from '@fast-check/vitest';
import { toHex } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { phoneKeyFile } from '@coffer/test-kit/node';
import { ChatFormatError } from '../errors';
import { parseBackupKeyDigits, readWhatsAppKeyFile } from './backup-key';

const digits = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const groups = digits.match(/..../g)!;
const javaHead = 'aced0005757200025b42acf317f8060854e002000078700000';
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const code = (run: () => unknown): string => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as ChatFormatError).code;
  }
};

describe('parseBackupKeyDigits', () => {
  it.each([
    digits,
    digits.toUpperCase(),
    groups.join(' '),
    groups.join('-'),
    groups.join('\n'),
    ` ${groups.slice(0, 8).join('\u00a0')}\r\n${groups.slice(8).join('\t')}\n`,
  ])('reads %j', (text) => {
    expect(toHex(parseBackupKeyDigits(text))).toBe(digits);
  });
  property.prop([fc.uint8Array({ minLength: 32, maxLength: 32 })])('reads any key', (key) => {
    expect(parseBackupKeyDigits(toHex(key))).toEqual(key);
  });
  it.each(['', digits.slice(1), `${digits}0`, digits.replace('a', 'g'), 'correct horse battery staple'])(
    'refuses %j',
    (text) => {
      expect(code(() => parseBackupKeyDigits(text))).toBe('invalid-key');
    },
  );
  it('never repeats what it was given', () => {
    expect(() => parseBackupKeyDigits(digits.slice(0, 60))).toThrow(/^a 64-digit key has 64 digits; this has 60$/);
  });
});

describe('readWhatsAppKeyFile', () => {
  it('reads encrypted_backup.key', () => {
    expect(toHex(readWhatsAppKeyFile(bytes(`${javaHead}0020${digits}`)).key!)).toBe(digits);
  });
  it('gives a key that lives on when the content is wiped, a Buffer too', () => {
    const content = Buffer.from(bytes(`${javaHead}0020${digits}`));
    const { key } = readWhatsAppKeyFile(content);
    content.fill(0);
    expect(toHex(key!)).toBe(digits);
  });
  it('reads a text file', () => {
    expect(toHex(readWhatsAppKeyFile(new TextEncoder().encode(`${groups.join(' ')}\n`)).key!)).toBe(digits);
  });
  it('reads the key file of crypt12 and crypt14', () => {
    const content = phoneKeyFile();
    const { key, phoneKey } = readWhatsAppKeyFile(content);
    expect(key).toBeUndefined();
    expect(phoneKey).toMatchObject({ keyVersion: 2 });
    const hex = content.toString('hex');
    content.fill(0);
    expect(hex).toContain(`0083000202${toHex(phoneKey!.serverSalt)}${toHex(phoneKey!.googleId)}`);
    expect(hex.endsWith(toHex(phoneKey!.bytes))).toBe(true);
  });
  it('refuses a key file of the phone that is cut, longer, or does not agree with itself', () => {
    const whole = phoneKeyFile();
    const changed = Buffer.from(whole);
    changed[70]! ^= 1;
    for (const content of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.of(0)]), changed]) {
      expect(code(() => readWhatsAppKeyFile(content))).toBe('invalid-key');
    }
  });
  it.each([
    ['nothing', ''],
    ['a key that is cut', `${javaHead}0020${digits}`.slice(0, -2)],
    ['a key with a byte more', `${javaHead}0020${digits}00`],
    ['a picture', 'ffd8ffe000104a464946'],
    ['32 raw bytes', digits],
  ])('refuses %s', (_name, hex) => {
    expect(code(() => readWhatsAppKeyFile(bytes(hex)))).toBe('invalid-key');
  });
});
