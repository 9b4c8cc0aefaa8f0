/** Protocol Buffers by hand, for tests: fields are what they are given as. */
export type ProtobufInput = readonly (readonly [number, number | bigint | string | Uint8Array | ProtobufInput])[];

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** @param fields - number and value: numbers become varints, everything else length-delimited */
export function protobuf(fields: ProtobufInput): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number' || typeof value === 'bigint') return [varint(number * 8), varint(value)];
      const content =
        typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : protobuf(value);
      return [varint(number * 8 + 2), varint(content.length), content];
    }),
  );
}

/** Messages one after the other, each with its length before it. */
export const delimited = (...messages: readonly ProtobufInput[]): Buffer =>
  Buffer.concat(messages.map(protobuf).flatMap((bytes) => [varint(bytes.length), bytes]));
