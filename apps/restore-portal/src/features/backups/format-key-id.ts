/** A key id as the emergency kit shows it: 16 digits in groups of 4, dashes between. */
export function formatKeyId(keyIdHex: string): string {
  return (keyIdHex.match(/.{1,4}/g) ?? []).join('-');
}
