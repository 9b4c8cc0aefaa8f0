/**
 * The Padmé bucket of a length (docs/format/v1.md, "Sealed objects"): the least padded length that is not below it.
 *
 * @param length - in bytes, a whole number from 0 to 2^48
 */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1));
  // Below 2^48 the logarithm of a power of two is exact, and a step below one means that every length is its own bucket.
  return step <= 1 ? length : Math.ceil(length / step) * step;
}
