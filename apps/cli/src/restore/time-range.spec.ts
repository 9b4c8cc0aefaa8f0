import { describe, expect, it } from 'vitest';

import { timeRangeOf } from './time-range';

describe('timeRangeOf', () => {
  it('reads days on the clocks of this device, and instants', () => {
    const midnight = new Date(2024, 4, 31).getTime();
    expect(timeRangeOf({ since: '2024-05-31' })).toEqual({ sinceMs: midnight, untilMs: undefined });
    expect(timeRangeOf({ until: '2024-05-31T00:00' })).toEqual({ sinceMs: undefined, untilMs: midnight });
    expect(timeRangeOf({ since: '2024-05-31T18:30:05Z', until: '2024-05-31T20:30:06+02:00' })).toEqual({
      sinceMs: Date.UTC(2024, 4, 31, 18, 30, 5),
      untilMs: Date.UTC(2024, 4, 31, 18, 30, 6),
    });
    expect(timeRangeOf({})).toBeUndefined();
  });

  it.each([
    '',
    'yesterday',
    '31.5.2024',
    '2024-5-1',
    '2024-02-31',
    '2024-13-01',
    '2024-05-31 18:30',
    '2024-05-31T25:00',
    '0',
  ])('refuses "%s"', (text) => {
    expect(() => timeRangeOf({ since: text })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => timeRangeOf({ until: text })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('refuses a range in which nothing can lie', () => {
    expect(() => timeRangeOf({ since: '2024-05-31', until: '2024-05-31' })).toThrow('--since must come before');
  });
});
