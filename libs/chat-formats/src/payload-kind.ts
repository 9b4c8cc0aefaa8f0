/** How the decrypted content of a WhatsApp backup is packed. */
export type PackedKind = 'zlib' | 'zip' | 'sqlite' | 'unknown';

const sqliteHead = 'SQLite format 3\0';

/** Tells by the first bytes (16 are enough) how content is packed. */
export function packedKind(first: Uint8Array): PackedKind {
  const [a, b, c, d] = first;
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return 'zip';
  if (String.fromCharCode(...first.subarray(0, sqliteHead.length)) === sqliteHead) return 'sqlite';
  const isZlib = a !== undefined && b !== undefined && (a & 0x0f) === 8 && a >> 4 <= 7 && (a * 256 + b) % 31 === 0;
  return isZlib ? 'zlib' : 'unknown';
}
