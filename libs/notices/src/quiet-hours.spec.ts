import { describe, expect, it } from 'vitest';
import { isTimeZone, quietUntilMs, type QuietHours } from './index';

const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const until = (hours: QuietHours, text: string): string | null => {
  const endMs = quietUntilMs(hours, at(text));
  return endMs === null ? null : new Date(endMs).toISOString();
};
const night: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60, timeZone: berlin };

describe('quietUntilMs', () => {
  it.each([
    ['before they begin', '2026-01-10T20:59:59.999Z', null],
    ['when they begin', '2026-01-10T21:00:00Z', '2026-01-11T06:00:00.000Z'],
    ['before midnight', '2026-01-10T22:59:59Z', '2026-01-11T06:00:00.000Z'],
    ['after midnight', '2026-01-11T01:23:45.678Z', '2026-01-11T06:00:00.000Z'],
    ['in their last millisecond', '2026-01-11T05:59:59.999Z', '2026-01-11T06:00:00.000Z'],
    ['when they end', '2026-01-11T06:00:00Z', null],
    ['in summer', '2026-07-11T01:00:00Z', '2026-07-11T05:00:00.000Z'],
  ])('follows the clocks of the time zone %s', (_when, now, end) => {
    expect(until(night, now)).toBe(end);
  });

  it('is an hour shorter in the night in which the clocks go forward, and an hour longer when they go back', () => {
    // Germany 2026: forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC.
    expect(until(night, '2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until(night, '2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
  });

  it('ends with the gap where the end is an hour that does not exist that night', () => {
    const early = { ...night, toMinute: 2 * 60 + 30 };
    // 02:30 is skipped: 03:00 follows 01:59.
    expect(until(early, '2026-03-29T00:15:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(until(early, '2026-03-28T00:15:00Z')).toBe('2026-03-28T01:30:00.000Z');
  });

  it('begins again where the clocks go back into them', () => {
    const early = { ...night, toMinute: 2 * 60 + 30 };
    // 02:00 to 03:00 comes twice, at 00:00 and at 01:00 UTC.
    expect(until(early, '2026-10-25T00:10:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(until(early, '2026-10-25T00:40:00Z')).toBeNull();
    expect(until(early, '2026-10-25T01:10:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  it('knows zones that are not a whole hour off, and quiet within one day', () => {
    const noon: QuietHours = { fromMinute: 12 * 60, toMinute: 12 * 60 + 1, timeZone: 'Asia/Kathmandu' };
    expect(until(noon, '2026-05-01T06:15:30Z')).toBe('2026-05-01T06:16:00.000Z');
    expect(until(noon, '2026-05-01T06:16:00Z')).toBeNull();
  });

  it('never ends in quiet, and ends as soon as it can, whatever the hours (each minute of two nights)', () => {
    const zones = [berlin, 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const starts = ['2026-03-08T00:00:00Z', '2026-04-04T12:00:00Z', '2026-10-03T12:00:00Z', '2026-11-01T00:00:00Z'];
    let quiet = 0;
    for (const timeZone of zones) {
      for (const [index, start] of starts.entries()) {
        const hours = { fromMinute: (1_300 + index * 77) % 1_440, toMinute: (100 + index * 31) % 1_440, timeZone };
        for (let minute = 0; minute < 1_440; minute += 17) {
          const nowMs = at(start) + minute * 60_000;
          const endMs = quietUntilMs(hours, nowMs);
          if (endMs === null) continue;
          quiet += 1;
          expect(endMs).toBeGreaterThan(nowMs);
          expect(quietUntilMs(hours, endMs)).toBeNull();
          expect(quietUntilMs(hours, endMs - 60_000)).toBe(endMs);
        }
      }
    }
    expect(quiet).toBeGreaterThan(200);
  });
});

describe('isTimeZone', () => {
  it.each([berlin, 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+8'])('knows %s', (zone) => {
    expect(isTimeZone(zone)).toBe(true);
  });

  it.each(['Europe/Atlantis', '+02:00', '', 'Europe/Berlin\r\nBcc: a@b.c', '../etc/passwd', 'x'.repeat(300)])(
    'refuses %j',
    (zone) => {
      expect(isTimeZone(zone)).toBe(false);
    },
  );
});
