import { Inflate, inflateSync } from 'fflate';
import { concatBytes } from '@coffer/foundation';
import { peekEntry, unpackEntry, type InflateRaw, type OpenZip } from '../zip/open-zip';
import type { ByteSource } from '../zip/zip-directory';
import { crc32 } from './crc32';

/** A zip whose bytes can be read anywhere. Nothing has to be closed. */
export function openZipSource(source: ByteSource): OpenZip {
  return {
    source,
    unpack: (entry, limitBytes) => unpackEntry(source, entry, { limitBytes, inflate, crc32 }),
    peek: (entry) => peekEntry(source, entry, inflatePart),
    close: () => undefined,
  };
}

/** What goes beyond the size that the list says has no room, and then the checksum is wrong. */
const inflate: InflateRaw = (stored, sizeBytes) => inflateSync(stored, { out: new Uint8Array(sizeBytes) });

const inflatePart: InflateRaw = (stored) => {
  const parts: Uint8Array[] = [];
  new Inflate((part) => parts.push(part)).push(stored, false);
  return concatBytes(...parts);
};
