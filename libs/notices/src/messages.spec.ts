import { fromUtf8 } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { confirmationEmail, noticeEmail, noticePush, type ToldNotice } from './index';

const notice: ToldNotice = {
  noticeId: '0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c3',
  atMs: Date.parse('2026-11-27T03:12:45.678Z'),
  kind: 'guess',
  severity: 'urgent',
  title: '7 password guesses without success',
  text: 'Somebody signed in to this account tries passwords. 3 guesses are left.',
};

describe('noticeEmail', () => {
  it('says what happened and when, and how to know a forged one', () => {
    const { subject, text } = noticeEmail(notice);
    expect(subject).toBe('Coffer: urgent: 7 password guesses without success');
    expect(text).toContain(notice.text);
    expect(text).toContain('Recorded 2026-11-27 03:12:45 UTC.');
    expect(text).toContain('hold no links');
  });

  it('says how to silence what may be silenced, and of security nothing of the kind', () => {
    expect(noticeEmail(notice).text).not.toContain('mute');
    expect(noticeEmail({ ...notice, kind: 'no-kind-that-is-known' }).text).not.toContain('mute');
    expect(noticeEmail({ ...notice, kind: 'purge-finished' }).text).toContain('coffer notices mute purge');
    expect(noticeEmail({ ...notice, kind: 'key-check-due' }).text).toContain('coffer notices mute reminders');
  });

  it('has one line in its subject, whatever the title holds', () => {
    const { subject } = noticeEmail({ ...notice, title: 'a\r\nBcc: everybody@example.org\u2028\u0000b' });
    expect(subject).toBe('Coffer: urgent: a Bcc: everybody@example.org b');
  });

  it('holds no link and asks for nothing', () => {
    for (const { subject, text } of [noticeEmail(notice), confirmationEmail('01234567')]) {
      expect(`${subject}\n${text}`).not.toMatch(/https?:|www\.|\bclick\b|enter your|type your/i);
    }
  });
});

describe('confirmationEmail', () => {
  it('shows the code in two groups', () => {
    expect(confirmationEmail('01234567').text).toContain('    0123 4567\n');
  });
});

describe('noticePush', () => {
  it('carries what the feed says, in fewer bytes than a push service takes', () => {
    const { body, urgency } = noticePush(notice);
    expect(urgency).toBe('high');
    expect(JSON.parse(fromUtf8(body))).toEqual({
      ...{ v: 1, noticeId: notice.noticeId, at: '2026-11-27T03:12:45.678Z', kind: 'guess', severity: 'urgent' },
      ...{ title: notice.title, text: notice.text },
    });
    expect(body.length).toBeLessThan(3072);
  });
});
