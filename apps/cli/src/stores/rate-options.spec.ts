import { MemoryObjectStore, RateLimitedStore } from '@coffer/object-store';
import { describe, expect, it } from 'vitest';

import { rateLimiterOf } from './rate-options';

describe('rateLimiterOf', () => {
  it.each(['500k', '2M', '1.5m', '1G', '800000'])('takes %s', (text) => {
    for (const options of [{ limitUp: text }, { limitDown: text }]) {
      expect(rateLimiterOf(options)?.(new MemoryObjectStore())).toBeInstanceOf(RateLimitedStore);
    }
  });

  it.each(['', '0', '999', '0.9k', '-1k', '2 M', '2MB', 'fast', '1e9'])('refuses "%s"', (text) => {
    expect(() => rateLimiterOf({ limitUp: text })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => rateLimiterOf({ limitDown: text })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('leaves the store alone where nothing is said', () => {
    expect(rateLimiterOf({})).toBeUndefined();
  });
});
