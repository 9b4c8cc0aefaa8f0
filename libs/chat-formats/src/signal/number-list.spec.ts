import { describe, expect, it } from 'vitest';
import { NumberList } from './number-list';

describe('NumberList', () => {
  it('gives back what was pushed, over many blocks', () => {
    const list = new NumberList();
    const numbers = Array.from({ length: 20_000 }, (_, index) => index * 1_234_567_891.5);
    for (const number of numbers) list.push(number);
    expect(numbers.findIndex((number, index) => list.at(index) !== number)).toBe(-1);
  });
});
