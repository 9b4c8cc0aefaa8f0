import { fc, test as property } from '@fast-check/vitest';
import { toHex } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { ChatFormatError } from '../errors';
import { parseBackupKeyDigits, readBackupKeyFile } from './backup-key';

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

describe('readBackupKeyFile', () => {
  it('reads encrypted_backup.key', () => {
    expect(toHex(readBackupKeyFile(bytes(`${javaHead}0020${digits}`)))).toBe(digits);
  });
  it('gives a key that lives on when the content is wiped, a Buffer too', () => {
    const content = Buffer.from(bytes(`${javaHead}0020${digits}`));
    const key = readBackupKeyFile(content);
    content.fill(0);
    expect(toHex(key)).toBe(digits);
  });
  it('reads a text file', () => {
    expect(toHex(readBackupKeyFile(new TextEncoder().encode(`${groups.join(' ')}\n`)))).toBe(digits);
  });
  it('knows the key file of crypt14 and says that it is another', () => {
    expect(code(() => readBackupKeyFile(bytes(`${javaHead}0083${'00'.repeat(131)}`)))).toBe('wrong-key');
  });
  it.each([
    ['nothing', ''],
    ['a key that is cut', `${javaHead}0020${digits}`.slice(0, -2)],
    ['a key with a byte more', `${javaHead}0020${digits}00`],
    ['a picture', 'ffd8ffe000104a464946'],
    ['32 raw bytes', digits],
  ])('refuses %s', (_name, hex) => {
    expect(code(() => readBackupKeyFile(bytes(hex)))).toBe('invalid-key');
  });
});
