import { sealedSize } from '@coffer/device-crypto';
import { readU32be, u32be } from '@coffer/foundation';

import { damaged, requireAtMost, type ObjectKind } from './fields';
import { padme } from './padme';

/** Length of the number before each section. */
export const sectionHeadBytes = 4;

/**
 * `section(x) || … || 0^p` (docs/format/v1.md, "Index"), in one piece of memory that has room before it to be sealed in place: a
 * snapshot has megabytes, and touching memory for the first time costs more than copying.
 */
export function joinSections(...sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = padme(sections.reduce((sum, section) => sum + sectionHeadBytes + section.length, 0));
  const padded = new Uint8Array(sealedSize(length)).subarray(sealedSize(length) - length);
  let at = 0;
  for (const section of sections) {
    padded.set(u32be(section.length), at);
    padded.set(section, at + sectionHeadBytes);
    at += sectionHeadBytes + section.length;
  }
  return padded;
}

/**
 * Splits a whole plaintext into its sections.
 *
 * @param limits - most bytes of each section; as many sections are expected
 * @returns views of `plaintext`
 * @throws BackupFormatError `damaged` (lengths, padding that is not zero, a length that padding does not give), `too-large`
 */
export function splitSections(
  plaintext: Uint8Array,
  limits: readonly number[],
  object: ObjectKind,
): readonly Uint8Array[] {
  let at = 0;
  const sections = limits.map((limit) => {
    if (at + sectionHeadBytes > plaintext.length) throw damaged(object, 'it is cut short');
    const length = readU32be(plaintext, at);
    requireAtMost(length, limit, object);
    const start = at + sectionHeadBytes;
    at = start + length;
    if (at > plaintext.length) throw damaged(object, 'it is cut short');
    return plaintext.subarray(start, at);
  });
  if (plaintext.length !== padme(at)) throw damaged(object, 'its length is not a padded one');
  for (let rest = at; rest < plaintext.length; rest++) {
    if (plaintext[rest] !== 0) throw damaged(object, 'its padding is not zero');
  }
  return sections;
}
