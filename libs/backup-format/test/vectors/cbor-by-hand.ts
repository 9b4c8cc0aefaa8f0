import { concatBytes, encodeCbor, type CborValue } from '@coffer/foundation';

/** A map of fewer than 24 entries in exactly this order, whatever the rules say. Values are encoded already. */
export function mapInOrder(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const head = Uint8Array.of(0xa0 + entries.length);
  return concatBytes(head, ...entries.flatMap(([key, value]) => [encodeCbor(key), value]));
}

/** The entries of a map in the order that the rules demand: shorter keys first, then bytewise. */
export function sortedEntries(map: Readonly<Record<string, CborValue>>): readonly (readonly [string, Uint8Array])[] {
  return Object.keys(map)
    .sort((left, right) => left.length - right.length || (left < right ? -1 : 1))
    .map((key) => [key, encodeCbor(map[key]!)]);
}

/** A whole number below 24 in two bytes instead of one. */
export function longInteger(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x18, value);
}

/** A list without a length, which ends with a break. Items are encoded already. */
export function endlessList(items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(0x9f), ...items, Uint8Array.of(0xff));
}

/** A whole number as a float of 16 bits: 0 and 1 only. */
export function float16(value: 0 | 1): Uint8Array<ArrayBuffer> {
  return value === 0 ? Uint8Array.of(0xf9, 0x00, 0x00) : Uint8Array.of(0xf9, 0x3c, 0x00);
}
