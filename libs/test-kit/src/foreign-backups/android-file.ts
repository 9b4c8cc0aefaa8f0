import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { seed } from '../seed';
import { protobuf, type ProtobufInput } from './protobuf';

/** Writes Signal backup files of Android phones from the byte facts alone, without a line of the readers. */
export interface AndroidFileRecipe {
  readonly version: 0 | 1;
  /** Records without header and end, as fields or as bytes; the bytes that follow one of them stand beside it. */
  readonly records: readonly { readonly frame: ProtobufInput | Uint8Array; readonly blob?: Uint8Array }[];
  readonly passphrase?: string;
  /** Instead of those of a passphrase, which take some tenths of a second: 32 bytes each. */
  readonly keys?: { readonly cipherKey: Uint8Array; readonly macKey: Uint8Array };
  readonly withoutEnd?: boolean;
}

export const testPassphrase = '123456789012345678901234567890';

/** A statement and its parameters as one record. */
export function androidStatement(
  sql: string,
  ...parameters: readonly (string | number | Uint8Array | null)[]
): { readonly frame: ProtobufInput } {
  const values = parameters.map((value): readonly [number, ProtobufInput] => {
    if (value === null) return [2, [[5, 1]]];
    if (typeof value === 'number') return [2, [[2, BigInt.asUintN(64, BigInt(value))]]];
    return [2, [[typeof value === 'string' ? 1 : 4, value]]];
  });
  return { frame: [[2, [[1, sql], ...values]]] };
}

export function writeAndroidFile({
  version,
  records,
  passphrase = testPassphrase,
  keys: givenKeys,
  withoutEnd,
}: AndroidFileRecipe): Buffer {
  const iv = Buffer.from(seed('android iv', 16));
  const salt = Buffer.from(seed('android salt', 32));
  const keys = givenKeys ?? keysOf(passphrase, salt);
  const header = protobuf([[1, [[1, iv], [2, salt], ...(version === 0 ? [] : [[3, version] as const])]]]);
  const parts: Buffer[] = [lengthOf(header.length), header];
  let counter = iv.readUInt32BE();
  const nextIv = (): Buffer => {
    const next = Buffer.from(iv);
    next.writeUInt32BE(counter++ % 2 ** 32);
    return next;
  };
  const frames = [...records, ...(withoutEnd === true ? [] : [{ frame: [[6, 1]] as const, blob: undefined }])];
  for (const { frame, blob } of frames) {
    const content = frame instanceof Uint8Array ? frame : protobuf(frame);
    const cipher = createCipheriv('aes-256-ctr', keys.cipherKey, nextIv());
    const length = lengthOf(content.length + 10);
    const encrypted = version === 0 ? cipher.update(content) : cipher.update(Buffer.concat([length, content]));
    const mac = createHmac('sha256', keys.macKey).update(encrypted).digest().subarray(0, 10);
    parts.push(...(version === 0 ? [length] : []), encrypted, mac);
    if (blob === undefined) continue;
    const blobIv = nextIv();
    const encryptedBlob = createCipheriv('aes-256-ctr', keys.cipherKey, blobIv).update(blob);
    const blobMac = createHmac('sha256', keys.macKey).update(blobIv).update(encryptedBlob).digest().subarray(0, 10);
    parts.push(encryptedBlob, blobMac);
  }
  return Buffer.concat(parts);
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

const known = new Map<string, { readonly cipherKey: Buffer; readonly macKey: Buffer }>();

/** Derived once for each passphrase: it takes some tenths of a second. */
function keysOf(passphrase: string, salt: Buffer): { readonly cipherKey: Buffer; readonly macKey: Buffer } {
  const earlier = known.get(passphrase);
  if (earlier !== undefined) return earlier;
  const digits = Buffer.from(passphrase);
  let hash: Buffer = digits;
  for (let round = 0; round < 250_000; round++) {
    const sha512 = createHash('sha512');
    if (round === 0) sha512.update(salt);
    hash = sha512.update(hash).update(digits).digest();
  }
  const both = Buffer.from(hkdfSync('sha256', hash.subarray(0, 32), '', 'Backup Export', 64));
  const keys = { cipherKey: both.subarray(0, 32), macKey: both.subarray(32) };
  known.set(passphrase, keys);
  return keys;
}
