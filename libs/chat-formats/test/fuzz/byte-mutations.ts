import type { Dice } from './dice';

/** Makes another content of one, in a way that the dice decide. @param other - a second content, to take parts from */
export type Mutation = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array;

/** Contents do not grow beyond this, in bytes: what is tried is the reader, not patience. */
const mostBytes = 256 * 1024;

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts)).subarray(0, mostBytes);

/** A part of the content: mostly short. */
function rangeIn(bytes: Uint8Array, dice: Dice): readonly [number, number] {
  const start = dice.below(bytes.length);
  const length = dice.isHit(3) ? dice.below(bytes.length - start) : dice.below(Math.min(64, bytes.length - start));
  return [start, start + Math.max(1, length)];
}

/** Most fields that say how much follows stand near the beginning or the end. */
function placeIn(bytes: Uint8Array, dice: Dice): number {
  const near = Math.min(128, bytes.length);
  if (dice.isHit(3)) return dice.below(near);
  return dice.isHit(4) ? bytes.length - 1 - dice.below(near) : dice.below(bytes.length);
}

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff] as const;

const mutations: Readonly<Record<string, Mutation>> = {
  flipBits: (bytes, dice) => {
    const changed = new Uint8Array(bytes);
    for (let left = 1 + dice.below(8); left > 0; left--) changed[placeIn(bytes, dice)]! ^= 1 << dice.below(8);
    return changed;
  },
  setByte: (bytes, dice) => {
    const changed = new Uint8Array(bytes);
    changed[placeIn(bytes, dice)] = dice.pick(extremes);
    return changed;
  },
  truncate: (bytes, dice) => bytes.slice(0, dice.below(bytes.length)),
  truncateStart: (bytes, dice) => bytes.slice(dice.below(bytes.length)),
  remove: (bytes, dice) => {
    const [start, end] = rangeIn(bytes, dice);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  repeat: (bytes, dice) => {
    const [start, end] = rangeIn(bytes, dice);
    const part = bytes.subarray(start, end);
    const times = dice.isHit(8) ? 1000 : 1 + dice.below(3);
    return joined(bytes.subarray(0, end), ...Array.from({ length: times }, () => part), bytes.subarray(end));
  },
  swap: (bytes, dice) => {
    const places = [...rangeIn(bytes, dice), ...rangeIn(bytes, dice)].sort((left, right) => left - right);
    const [a, b, c, d] = places as [number, number, number, number];
    return joined(
      bytes.subarray(0, a),
      bytes.subarray(c, d),
      bytes.subarray(b, c),
      bytes.subarray(a, b),
      bytes.subarray(d),
    );
  },
  splice: (bytes, dice, other) =>
    joined(bytes.subarray(0, dice.below(bytes.length)), other.subarray(dice.below(other.length))),
  graft: (bytes, dice, other) => {
    const [start, end] = rangeIn(other, dice);
    const at = dice.below(bytes.length);
    return joined(bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at));
  },
  insert: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return joined(bytes.subarray(0, at), dice.bytes(1 + dice.below(16)), bytes.subarray(at));
  },
  /** A number of one, two, four or eight bytes, as lengths, counts and offsets are written. */
  setLength: (bytes, dice) => {
    const changed = new Uint8Array(bytes);
    const view = new DataView(changed.buffer);
    const at = placeIn(bytes, dice);
    const room = bytes.length - at;
    const value = dice.isHit(3) ? dice.below(2 * bytes.length) : dice.pick(extremes);
    if (room >= 8 && dice.isHit(4)) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value) << 32n), dice.isHit(2));
    else if (room >= 4 && dice.isHit(2)) view.setUint32(at, value, dice.isHit(2));
    else if (room >= 2) view.setUint16(at, value, dice.isHit(2));
    return changed;
  },
  /** A variable-length number that is as long as it can be, or longer. */
  setVarint: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    const number = [...Array.from({ length: dice.pick([1, 4, 8, 9, 12]) }, () => 0xff), 1];
    return joined(
      bytes.subarray(0, at),
      Uint8Array.from(number),
      bytes.subarray(dice.isHit(2) ? at : at + number.length),
    );
  },
};

export const mutationNames: readonly string[] = Object.keys(mutations);

/** One to four mutations, one after the other. */
export const mutateBytes: Mutation = (bytes, dice, other) => {
  let changed = bytes;
  for (let left = 1 + (dice.isHit(2) ? 0 : dice.below(4)); left > 0; left--) {
    if (changed.length > 0) changed = mutations[dice.pick(mutationNames)]!(changed, dice, other);
  }
  return changed;
};
