import { TypeOverrides, types } from 'pg';

/** bigint columns hold safe integers only; bytes come as Uint8Array of their own memory. */
export const rowTypes = new TypeOverrides();
rowTypes.setTypeParser(types.builtins.INT8, safeInteger);
rowTypes.setTypeParser(types.builtins.BYTEA, bytes);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint column holds more than 2^53-1');
  return value;
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}
