import { limits } from '@coffer/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Courier, type ChannelTarget, type Outbox, type OutboxMessage, type Senders, type SendOutcome } from './index';

const key = { accountId: 'account', channelId: 'channel', noticeId: 'notice' };
const nowMs = Date.parse('2026-01-10T23:00:00Z');
const night = { fromMinute: 22 * 60, toMinute: 7 * 60, timeZone: 'UTC' };
const target = { bytes: new Uint8Array(1), epoch: 1 };

/** An outbox with one message, which remembers what was done with it. */
class OneMessage implements Outbox {
  readonly done: string[] = [];
  message: OutboxMessage = {
    ...{
      ...key,
      createdAtMs: nowMs,
      attempt: 1,
      nowMs,
      channel: { kind: 'email', target },
      quietHours: null,
      muted: [],
    },
    notice: { noticeId: 'notice', atMs: nowMs, kind: 'guess', severity: 'urgent', title: 'title', text: 'text' },
  };

  due = async () => [key];
  claim = async () => this.message;
  putOff = async (_key: unknown, untilMs: number, isTry: boolean) => {
    this.done.push(`until ${new Date(untilMs).toISOString()}${isTry ? ' tried' : ''}`);
  };
  settle = async (_key: unknown, outcome: string | null) => {
    this.done.push(outcome ?? 'muted');
  };

  as(changes: Partial<OutboxMessage>, kind?: string): void {
    const { notice } = this.message;
    this.message = { ...this.message, notice: notice && kind !== undefined ? { ...notice, kind } : notice, ...changes };
  }
}

describe('Courier', () => {
  let outbox: OneMessage;
  let outcome: SendOutcome;
  let opened: ChannelTarget;
  let senders: Senders;
  let sent: string[];
  const courier = () =>
    new Courier({
      ...{ outbox, senders, leaseSeconds: 30, firstRetryMs: 60_000, chance: () => 0 },
      secrets: { open: async () => opened, code: async () => '01234567' },
    });

  beforeEach(() => {
    outbox = new OneMessage();
    outcome = { is: 'sent' };
    opened = { kind: 'email', address: 'somebody@example.org' };
    sent = [];
    senders = {
      email: async ({ address }, { subject }, id) => {
        sent.push(`${address} ${subject} ${id}`);
        return outcome;
      },
      push: async (_target, { urgency }, id) => {
        sent.push(`push ${urgency} ${id}`);
        return outcome;
      },
    };
  });

  it('sends a notice under one id, and takes it out', async () => {
    expect(await courier().deliver(key)).toBe('sent');
    expect(sent).toEqual(['somebody@example.org Coffer: urgent: title notice.channel']);
    expect(outbox.done).toEqual(['sent']);
  });

  it('sends push messages and confirmations', async () => {
    opened = { kind: 'push', endpoint: 'https://push.test/1', p256dh: new Uint8Array(65), auth: new Uint8Array(16) };
    expect(await courier().deliver(key)).toBe('sent');
    opened = { kind: 'email', address: 'new@example.org' };
    outbox.as({ notice: null, quietHours: night, muted: ['reminders', 'purge'] });
    expect(await courier().deliver(key)).toBe('sent');
    expect(sent).toEqual(['push high notice.channel', 'new@example.org Coffer: confirm this address notice.channel']);
  });

  it('waits for the end of quiet hours without counting a try, but for what is about security', async () => {
    outbox.as({ quietHours: night }, 'key-check-due');
    expect(await courier().deliver(key)).toBe('put-off');
    expect(sent).toEqual([]);
    outbox.as({}, 'guess');
    expect(await courier().deliver(key)).toBe('sent');
    expect(outbox.done).toEqual(['until 2026-01-11T07:00:00.000Z', 'sent']);
  });

  it('leaves out what the account has silenced, which security cannot be', async () => {
    outbox.as({ muted: ['reminders'] }, 'key-check-due');
    expect(await courier().deliver(key)).toBe('muted');
    outbox.as({}, 'purge-finished');
    expect(await courier().deliver(key)).toBe('sent');
    outbox.as({ muted: ['reminders', 'purge'] }, 'purge-started');
    expect(await courier().deliver(key)).toBe('sent');
    expect(outbox.done).toEqual(['muted', 'sent', 'sent']);
  });

  it.each([
    [1, 0, '2026-01-10T23:01:00.000Z'],
    [2, 0, '2026-01-10T23:05:00.000Z'],
    [3, 0, '2026-01-10T23:15:00.000Z'],
    [40, 0, '2026-01-11T07:00:00.000Z'],
    [1, 3_600_000, '2026-01-11T00:00:00.000Z'],
    [1, 999 * 86_400_000, '2026-01-11T23:00:00.000Z'],
  ])('comes back after try %d, as late as the other side asks (%d ms)', async (attempt, retryAfterMs, until) => {
    outcome = { is: 'later', retryAfterMs, reason: 'http-503' };
    outbox.as({ attempt });
    expect(await courier().deliver(key)).toBe('put-off');
    expect(outbox.done).toEqual([`until ${until} tried`]);
  });

  it.each(['gone', 'refused'] as const)('gives up at once what is %s', async (is) => {
    outcome = { is };
    expect(await courier().deliver(key)).toBe(is);
    expect(outbox.done).toEqual([is]);
  });

  it('gives a notice up after 72 hours and a confirmation after one, and sends neither then', async () => {
    outbox.as({ createdAtMs: nowMs - 72 * 3_600_000 });
    expect(await courier().deliver(key)).toBe('unreachable');
    outbox.as({ createdAtMs: nowMs - limits.addressConfirmationSeconds * 1000, notice: null });
    expect(await courier().deliver(key)).toBe('unreachable');
    expect(sent).toEqual([]);
  });

  it('waits where this deployment has no way to send', async () => {
    senders = { email: undefined, push: undefined };
    expect(await courier().deliver(key)).toBe('put-off');
    expect(outbox.done).toEqual(['until 2026-01-11T00:00:00.000Z']);
  });

  it('leaves alone what another process has', async () => {
    outbox.claim = async () => undefined as unknown as OutboxMessage;
    expect(await courier().deliver(key)).toBe('taken');
    expect([sent, outbox.done]).toEqual([[], []]);
  });
});
