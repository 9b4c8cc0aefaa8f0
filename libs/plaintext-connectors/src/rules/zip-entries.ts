const localHeaderBytes = 30;
const localSignature = 0x04034b50;

/**
 * Names of the entries whose local headers lie in the first bytes of an archive (APPNOTE.TXT 4.3.7), as far as each entry says
 * where the next one starts. Believes nothing else of the archive.
 */
export function zipEntryNames(firstBytes: Uint8Array): readonly string[] {
  const view = new DataView(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  const names: string[] = [];
  for (let at = 0; at + localHeaderBytes <= firstBytes.length;) {
    if (view.getUint32(at, true) !== localSignature) break;
    const nameAt = at + localHeaderBytes;
    const nameEnd = nameAt + view.getUint16(at + 26, true);
    if (nameEnd > firstBytes.length) break;
    names.push(new TextDecoder().decode(firstBytes.subarray(nameAt, nameEnd)));
    const hasSizeBehind = (view.getUint16(at + 6, true) & 8) !== 0;
    if (hasSizeBehind) break;
    at = nameEnd + view.getUint16(at + 28, true) + view.getUint32(at + 18, true);
  }
  return names;
}
