import { createHash } from 'node:crypto';

/** Whether this is `npm run test:long`: the full numbers instead of a sample. The one place that reads COFFER_LONG. */
export function isLongRun(): boolean {
  return process.env['COFFER_LONG'] === '1';
}

/** How much a seeded proof does: `sample` with every `npm test`, `long` with `npm run test:long`. */
export function proofSize<T>(sizes: { readonly sample: T; readonly long: T }): T {
  return isLongRun() ? sizes.long : sizes.sample;
}

/**
 * For how many milliseconds a proof goes on that tries case after case: `sample` with every `npm test`, `long` with `npm run test:long`, or
 * as many seconds as COFFER_LONG_SECONDS says (docs/testing.md).
 */
export function proofMs({ sample, long }: { readonly sample: number; readonly long: number }): number {
  if (!isLongRun()) return sample;
  const seconds = process.env['COFFER_LONG_SECONDS'];
  return seconds === undefined ? long : wholeNumber('COFFER_LONG_SECONDS', seconds) * 1000;
}

/** The case that is to be repeated alone, by its number: COFFER_CASE; undefined where all are to run. */
export function repeatedCase(): number | undefined {
  const number = process.env['COFFER_CASE'];
  return number === undefined ? undefined : wholeNumber('COFFER_CASE', number);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${name} is a whole number, not "${text}"`);
  return Number(text);
}

/**
 * Cases of a proof, in their order: `count` with every `npm test`, chosen by its seed, and all of them with `npm run test:long`.
 *
 * @param name - of the choice; another name chooses by other numbers
 */
export function proofSample<Case>(name: string, all: readonly Case[], count: number): readonly Case[] {
  if (isLongRun()) return all;
  const drawn = all.map((_, index) => ({ index, lot: runSeedNumber(`${name} ${index}`) }));
  const chosen = new Set(
    drawn
      .sort((a, b) => a.lot - b.lot)
      .slice(0, count)
      .map(({ index }) => index),
  );
  return all.filter((_, index) => chosen.has(index));
}

/** The seed of this run as `npm test` printed it: COFFER_SEED, `0` where a single file is run by hand without it. */
export function runSeed(): string {
  return process.env['COFFER_SEED'] ?? '0';
}

/**
 * A number of 31 bits that follows from this run's seed, for libraries that want one.
 *
 * @param name - what it is for; another name gives an unrelated number
 */
export function runSeedNumber(name: string): number {
  return createHash('sha256').update(`${runSeed()}\0${name}`).digest().readUInt32BE(0) >>> 1;
}
