import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { seed } from '../seed';

/**
 * Writes crypt12, crypt14 and crypt15 files from the byte facts alone, without a line of the readers: no such crypt12 or crypt14
 * file is among the shared fixtures.
 */
export interface CryptFileRecipe {
  readonly generation: 'crypt12' | 'crypt14' | 'crypt15';
  readonly content: Uint8Array;
  /** Content as it is, where it is no database to compress. */
  readonly isStored?: boolean;
  readonly withChecksum?: boolean;
  /** More fields of the prefix, hexadecimal, after the cipher message. */
  readonly moreHex?: string;
}

export const testKeyDigits = '6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017';

const nonce = Buffer.from(seed('nonce', 16));
const serverSalt = Buffer.from(seed('server salt', 32));
const googleId = Buffer.from(seed('google id', 16));
const cipherKey = Buffer.from(seed('cipher key', 32));
const keyVersion = 2;

/** The 158-byte `key` file that opens what `writeCryptFile` writes as crypt12 and crypt14. */
export function phoneKeyFile(changes: { readonly googleId?: Buffer; readonly cipherKey?: Buffer } = {}): Buffer {
  const id = changes.googleId ?? googleId;
  return Buffer.concat([
    Buffer.from('aced0005757200025b42acf317f8060854e002000078700000' + '0083', 'hex'),
    Buffer.of(0, 2, keyVersion),
    serverSalt,
    id,
    createHash('sha256').update(id).digest(),
    Buffer.alloc(16),
    changes.cipherKey ?? cipherKey,
  ]);
}

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(number * 8 + 2, content.length), content]);

function prefixOf({ generation, moreHex = '' }: CryptFileRecipe): Buffer {
  if (generation === 'crypt12') return Buffer.concat([Buffer.of(0, 1, keyVersion), serverSalt, googleId, nonce]);
  const more = Buffer.from(moreHex, 'hex');
  const cipher =
    generation === 'crypt15'
      ? field(3, field(1, nonce))
      : field(
          2,
          Buffer.concat([
            field(1, Buffer.of(0, 1)),
            field(2, Buffer.from(String(keyVersion))),
            field(3, serverSalt),
            field(4, googleId),
            field(5, nonce),
          ]),
        );
  const message = Buffer.concat([Buffer.of(8, generation === 'crypt15' ? 1 : 0), cipher, more]);
  const length =
    message.length < 128 ? Buffer.of(message.length) : Buffer.of((message.length & 127) | 128, message.length >> 7);
  return Buffer.concat([length, message]);
}

export function writeCryptFile(recipe: CryptFileRecipe): Buffer {
  const key =
    recipe.generation === 'crypt15'
      ? Buffer.from(hkdfSync('sha256', Buffer.from(testKeyDigits, 'hex'), '', 'backup encryption', 32))
      : cipherKey;
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const content = recipe.isStored === true ? recipe.content : deflateSync(recipe.content, { level: 1 });
  const body = Buffer.concat([prefixOf(recipe), cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  const checksum = recipe.withChecksum === false ? Buffer.alloc(0) : createHash('md5').update(body).digest();
  return Buffer.concat([body, checksum, Buffer.from(recipe.generation === 'crypt12' ? '--67' : '')]);
}
