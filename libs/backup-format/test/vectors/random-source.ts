import { seed } from '@coffer/test-kit';

/** Where a maker's random bytes come from. @param length - in bytes */
export type RandomSource = (length: number) => Uint8Array<ArrayBuffer>;

/** The same bytes in every run: the n-th draw of a name is the seed `<name>/<n>`. */
export function seededRandom(name: string): RandomSource {
  let draws = 0;
  return (length) => seed(`${name}/${draws++}`, length);
}
