import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatMilliseconds, formatRatio, formatSpan, formatUtc, formatWord } from './format';

describe('format', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0.4 s'],
    [7, '7 s'],
    [90, '1 min 30 s'],
    [3600, '1 h'],
    [93_784, '1 d 2 h'],
    [-5, '0 s'],
  ])('formatSpan shows %d seconds as %s', (seconds, expected) => expect(formatSpan(seconds)).toBe(expected));

  it('shows counts, sizes, ratios, latencies, instants and words for people', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatBytes(17_825_792)).toBe('17.8 MB');
    expect(formatRatio(0.0025)).toBe('0.25%');
    expect(formatMilliseconds(4.24)).toBe('4.2 ms');
    expect(formatMilliseconds(140.4)).toBe('140 ms');
    expect(formatUtc('2026-11-23T10:00:00.000Z').replaceAll(/\s/g, ' ')).toBe('Nov 23, 2026, 10:00:00 AM UTC');
    expect(formatWord('waiting-for-backup')).toBe('waiting for backup');
  });
});
