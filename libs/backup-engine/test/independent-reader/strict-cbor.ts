/** What deterministic CBOR of the format carries. */
export type Value =
  null | boolean | number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value };

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One value that fills the bytes, in its one encoding (RFC 8949, 4.2.1). @throws RangeError on everything else */
export function readCbor(bytes: Uint8Array): Value {
  const [value, end] = readValue(bytes, 0);
  if (end !== bytes.length) throw new RangeError('trailing data');
  return value;
}

function readValue(bytes: Uint8Array, at: number): readonly [Value, number] {
  const first = bytes[at]!;
  if (first === 0xf4 || first === 0xf5 || first === 0xf6) return [first === 0xf6 ? null : first === 0xf5, at + 1];
  const [count, start] = readHead(bytes, at);
  switch (first >> 5) {
    case 0:
      return [count, start];
    case 1:
      return [-1 - count, start];
    case 2:
      return [take(bytes, start, count), start + count];
    case 3:
      return [text.decode(take(bytes, start, count)), start + count];
    case 4:
      return readList(bytes, start, count);
    case 5:
      return readMap(bytes, start, count);
    default:
      throw new RangeError('a type that the format has not');
  }
}

/** The number in a head, in its shortest form only. */
function readHead(bytes: Uint8Array, at: number): readonly [number, number] {
  const short = bytes[at]! & 31;
  if (short < 24) return [short, at + 1];
  if (!(short < 28)) throw new RangeError('no definite length');
  const length = 1 << (short - 24);
  const value = take(bytes, at + 1, length).reduce((sum, byte) => sum * 256 + byte, 0);
  if (value < (length === 1 ? 24 : 256 ** (length / 2)) || !Number.isSafeInteger(value))
    throw new RangeError('not shortest');
  return [value, at + 1 + length];
}

function take(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > bytes.length) throw new RangeError('cut short');
  return bytes.subarray(at, at + length);
}

function readList(bytes: Uint8Array, start: number, count: number): readonly [Value, number] {
  const list: Value[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const [value, end] = readValue(bytes, at);
    list.push(value);
    at = end;
  }
  return [list, at];
}

function readMap(bytes: Uint8Array, start: number, count: number): readonly [Value, number] {
  const map = Object.create(null) as Record<string, Value>;
  let at = start;
  let before: Uint8Array | undefined;
  for (let index = 0; index < count; index++) {
    const [key, keyEnd] = readValue(bytes, at);
    const encoded = bytes.subarray(at, keyEnd);
    if (typeof key !== 'string') throw new RangeError('a key that is no text');
    if (before !== undefined && Buffer.compare(before, encoded) >= 0) throw new RangeError('keys out of order');
    before = encoded;
    const [value, end] = readValue(bytes, keyEnd);
    map[key] = value;
    at = end;
  }
  return [map, at];
}
