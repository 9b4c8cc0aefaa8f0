import { describe, expect, it } from 'vitest';
import { createTransferEstimator, createTranslate, webUiEnglish } from '../index';
import { formatBytes } from './bytes';
import { dayNumber, formatRecent, wallClockMs } from './dates';
import { formatDuration, formatLength } from './durations';

const text = createTranslate('en', webUiEnglish);

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_600, '1 MB'],
    [17_825_792, '17.8 MB'],
    [1_234_000_000, '1.23 GB'],
  ])('shows %i as %s', (bytes, expected) => {
    expect(formatBytes(bytes, 'en')).toBe(expected);
  });
});

describe('formatDuration', () => {
  it.each([
    [0.2, '1 second'],
    [60, '60 seconds'],
    [300, '5 minutes'],
    [14_400, '4 hours'],
    [172_800, '2 days'],
  ])('rounds %d seconds up to %s', (seconds, expected) => {
    expect(formatDuration(seconds, text)).toBe(expected);
  });
});

describe('formatLength', () => {
  it('shows hours only where there are some', () => {
    expect([7, 187, 3723].map(formatLength)).toEqual(['0:07', '3:07', '1:02:03']);
  });
});

describe('formatRecent', () => {
  const nowMs = new Date(2026, 10, 23, 10, 0).getTime();
  it.each([
    [new Date(2026, 10, 23, 0, 5), '12:05 AM'],
    [new Date(2026, 10, 22, 23, 59), 'Sun'],
    [new Date(2026, 10, 16, 23, 0), 'Nov 16, 2026'],
    [new Date(2027, 0, 1, 9, 0), 'Jan 1, 2027'],
  ])('shows %s as %s', (date, expected) => {
    expect(formatRecent(date.getTime(), nowMs, 'en').replace(/\s/g, ' ')).toBe(expected);
  });
});

describe('wallClockMs', () => {
  it('keeps the wall clock of a local time', () => {
    const date = new Date(wallClockMs('2024-02-29T23:59'));
    expect([date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes()]).toEqual([
      2024, 1, 29, 23, 59,
    ]);
    expect(dayNumber(wallClockMs('2024-03-01T00:00:01')) - dayNumber(date.getTime())).toBe(1);
  });
  it('is no number when the text is no local time', () => {
    expect(wallClockMs('yesterday')).toBeNaN();
  });
});

describe('createTransferEstimator', () => {
  it('knows rate and time left after half a second, and starts again when the transfer does', () => {
    const estimator = createTransferEstimator();
    expect(estimator.observe(0, 1000, 0).bytesPerSecond).toBeNull();
    expect(estimator.observe(500, 1000, 1000)).toEqual({ bytesPerSecond: 500, secondsLeft: 1 });
    expect(estimator.observe(900, null, 2000)).toEqual({ bytesPerSecond: 450, secondsLeft: null });
    expect(estimator.observe(0, 1000, 2100).bytesPerSecond).toBeNull();
  });
  it('looks back a few seconds only', () => {
    const estimator = createTransferEstimator(1000);
    estimator.observe(0, 10_000, 0);
    estimator.observe(9000, 10_000, 10_000);
    expect(estimator.observe(9100, 10_000, 11_000).bytesPerSecond).toBe(100);
  });
});
