import { describe, expect, it } from 'vitest';

import { lateBackup } from './late-backup';
import { neverRun } from './schedule-file';

const dayMs = 86_400_000;
const nowMs = 100 * dayMs;
const ago = (days: number): number => nowMs - days * dayMs;

describe('lateBackup', () => {
  it.each([
    [6.9, undefined],
    [7, /made 7 days ago\. Run/],
    [29.9, /made 29 days ago\. Run/],
    [30, /made 30 days ago\. What was written since would be lost/],
    [1200, /made 1,200 days ago\. What/],
  ])('says of a backup of %s days ago %s', (days, expected) => {
    const late = lateBackup({ setAtMs: ago(5000) }, { ...neverRun, lastSuccessAtMs: ago(days) }, nowMs);
    if (expected === undefined) expect(late).toBeUndefined();
    else expect(late).toMatch(expected);
  });

  it('counts from when the schedule was set where it never made one', () => {
    expect(lateBackup({ setAtMs: ago(6) }, neverRun, nowMs)).toBeUndefined();
    expect(lateBackup({ setAtMs: ago(8) }, neverRun, nowMs)).toMatch(/set 8 days ago and has made no backup yet/);
    expect(lateBackup({ setAtMs: ago(31) }, neverRun, nowMs)).toMatch(/no backup yet\. What was written since/);
    expect(lateBackup({}, neverRun, nowMs)).toBeUndefined();
  });
});
