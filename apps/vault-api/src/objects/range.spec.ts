import { describe, expect, it } from 'vitest';
import { parseRange } from './range';

const size = (bytes: number) => async () => bytes;
const unasked = () => Promise.reject(new Error('the size was asked for in vain'));

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { offset: 0, length: 1 }],
    ['bytes=5-9', { offset: 5, length: 5 }],
    ['bytes=7-', { offset: 7 }],
    ['bytes=9-5', undefined],
    ['bytes=99999999999999999999-', undefined],
    ['bytes=0-99999999999999999999', undefined],
  ])('reads %s without asking for the size', async (header, range) => {
    expect(await parseRange(header, unasked)).toEqual(range);
  });

  it.each([
    ['bytes=-3', 10, { offset: 7, length: 3 }],
    ['bytes=-30', 10, { offset: 0, length: 10 }],
    ['bytes=-0', 10, undefined],
    ['bytes=-3', 0, undefined],
  ])('reads %s of %i bytes', async (header, bytes, range) => {
    expect(await parseRange(header, size(bytes))).toEqual(range);
  });
});
