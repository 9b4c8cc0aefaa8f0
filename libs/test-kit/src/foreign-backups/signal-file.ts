import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { seed } from '../seed';

/** Writes Signal backups (version 2) from the byte facts alone, without a line of the readers. */
export interface SignalFileRecipe {
  /** The records, each with its length before it. */
  readonly records: Uint8Array;
  readonly form: 'modern' | 'legacy';
  readonly recoveryKey?: string;
  /** UUID. */
  readonly aci?: string;
  /** 32 bytes. */
  readonly token?: Uint8Array;
  /** What stands after the gzip member instead of zeros up to the common size. */
  readonly padding?: Uint8Array;
}

export const testRecoveryKey = 'dtjs858asj6tv0jzsqrsmj0ubp335pisj98e9ssnss8myoc08drhtcktyawvx45l';
export const testAci = '659aa5f4-a28d-fcc1-1ea1-b997537a3d95';

const hkdf = (key: Uint8Array, salt: Uint8Array, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

export function writeSignalFile(recipe: SignalFileRecipe): Buffer {
  const { records, form, recoveryKey = testRecoveryKey, aci = testAci, token } = recipe;
  const none = Buffer.alloc(0);
  const backupKey = hkdf(Buffer.from(recoveryKey), none, Buffer.from('20240801_SIGNAL_BACKUP_KEY'), 32);
  const idInfo = Buffer.concat([
    Buffer.from('20241024_SIGNAL_BACKUP_ID:'),
    Buffer.from(aci.replaceAll('-', ''), 'hex'),
  ]);
  const id = hkdf(backupKey, none, idInfo, 16);
  const label = `${token === undefined ? '20241007' : '20250708'}_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:`;
  const keys = hkdf(backupKey, token ?? none, Buffer.concat([Buffer.from(label), id]), 64);
  const packed = gzipSync(records);
  const bucket = Math.max(541, Math.floor(1.05 ** Math.ceil(Math.log(packed.length) / Math.log(1.05))));
  const padding = recipe.padding ?? Buffer.alloc(Math.max(0, bucket - packed.length));
  const iv = Buffer.from(seed('signal iv', 16));
  const cipher = createCipheriv('aes-256-cbc', keys.subarray(32), iv);
  const body = Buffer.concat([iv, cipher.update(packed), cipher.update(padding), cipher.final()]);
  const hmac = createHmac('sha256', keys.subarray(0, 32)).update(body).digest();
  return Buffer.concat([form === 'modern' ? modernHead() : none, body, hmac]);
}

/** The mark and metadata of one pair {48 bytes, 32 bytes} and a nonce of 12 bytes. */
function modernHead(): Buffer {
  const pair = Buffer.concat([
    Buffer.of(0x0a, 48),
    Buffer.from(seed('pair', 48)),
    Buffer.of(0x12, 32),
    Buffer.from(seed('salt', 32)),
  ]);
  const metadata = Buffer.concat([
    Buffer.of(0x0a, pair.length),
    pair,
    Buffer.of(0x12, 12),
    Buffer.from(seed('metadata iv', 12)),
  ]);
  return Buffer.concat([Buffer.from('SBACKUP\u0001'), Buffer.of(metadata.length), metadata]);
}
