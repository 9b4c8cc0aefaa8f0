import type { FileKind } from './kinds';

/** First bytes of a Java object stream that holds one byte array; the array's length (u32be) follows. */
const javaByteArrayHead = [
  0xac, 0xed, 0x00, 0x05, 0x75, 0x72, 0x00, 0x02, 0x5b, 0x42, 0xac, 0xf3, 0x17, 0xf8, 0x06, 0x08, 0x54, 0xe0, 0x02,
  0x00, 0x00, 0x78, 0x70,
];

/** WhatsApp's own containers, Signal's older one, and WhatsApp's key files: told apart by structure, not by one constant. */
export function matchChatContainer(firstBytes: Uint8Array, lastBytes: Uint8Array | undefined): FileKind | undefined {
  return (
    matchKeyFile(firstBytes) ??
    matchPrefix(firstBytes) ??
    matchCrypt12(firstBytes, lastBytes) ??
    matchSignal(firstBytes)
  );
}

function matchKeyFile(bytes: Uint8Array): FileKind | undefined {
  if (bytes.length < 27 || !javaByteArrayHead.every((byte, index) => bytes[index] === byte)) return undefined;
  if (bytes[23] !== 0 || bytes[24] !== 0 || bytes[25] !== 0) return undefined;
  if (bytes[26] === 32) return 'whatsapp-backup-key';
  return bytes[26] === 131 ? 'whatsapp-key-file' : undefined;
}

/** crypt14 and crypt15: length varint (or one length byte and a 01), then key_type, then a cipher message of its own number. */
function matchPrefix(bytes: Uint8Array): FileKind | undefined {
  for (const at of prefixStarts(bytes)) {
    let next = at;
    if (bytes[next] === 0x08) {
      if ((bytes[next + 1] ?? 2) > 1) continue;
      next += 2;
    }
    if (bytes[next] === 0x1a && bytes[next + 1] === 18 && bytes[next + 2] === 0x0a && bytes[next + 3] === 16) {
      return 'whatsapp-crypt15';
    }
    if (bytes[next] === 0x12 && bytes[next + 2] === 0x0a && bytes[next + 3] === 2 && bytes[next + 4] === 0) {
      return 'whatsapp-crypt14';
    }
  }
  return undefined;
}

function prefixStarts(bytes: Uint8Array): readonly number[] {
  if (bytes.length < 8) return [];
  if (bytes[0]! >= 0x80) return [2];
  return bytes[1] === 1 ? [2, 1] : [1];
}

/** crypt12: 00 01, key version 1 to 3, and `--NN` (last two digits of the number) as the very last bytes. */
function matchCrypt12(first: Uint8Array, last: Uint8Array | undefined): FileKind | undefined {
  if (first[0] !== 0 || first[1] !== 1 || first.length < 67) return undefined;
  if (first[2]! < 1 || first[2]! > 3) return undefined;
  if (last === undefined || last.length < 4) return undefined;
  return /^[-\d]{2}\d\d$/.test(String.fromCharCode(...last.subarray(-4))) ? 'whatsapp-crypt12' : undefined;
}

/** Signal Android: u32be length, then a header frame {1: IV of 16 bytes, 2: salt of 32 bytes}. */
function matchSignal(bytes: Uint8Array): FileKind | undefined {
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 0) return undefined;
  const isHeader = bytes[4] === 0x0a && bytes[3] === bytes[5]! + 2 && bytes[6] === 0x0a && bytes[7] === 16;
  return isHeader ? 'signal-android-backup' : undefined;
}
