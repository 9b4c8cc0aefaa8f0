import { randomBytes } from '@coffer/crypto';
import { sha256 } from '@coffer/crypto/node';
import { decodeCbor, encodeCbor, equalBytes } from '@coffer/foundation';
import type { KeySealer, SealingContext } from '@coffer/key-vault';
import { describe, expect, it } from 'vitest';
import * as notices from './index';
import { ChannelSecrets, decodeTarget, encodeTarget, isEmailAddress, topicOf } from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(notices).sort()).toEqual([
      'ChannelSecrets',
      'Courier',
      'canBeChecked',
      'channelContext',
      'codeDigits',
      'confirmationEmail',
      'decodeTarget',
      'encodeTarget',
      'isEmailAddress',
      'isTimeZone',
      'keyCheckKind',
      'missingBackupKind',
      'nextCheckAtMs',
      'noticeEmail',
      'noticePush',
      'quietUntilMs',
      'topicOf',
    ]);
  });
});

describe('isEmailAddress', () => {
  it.each(['a@example.org', "o'hara+x@mail.example.co.uk", 'a.b@xn--bcher-kva.example'])('takes %s', (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  it.each([
    ...['', 'a', '@example.org', 'a@', 'a@localhost', 'a@example.123', 'a@[127.0.0.1]', 'a@-x.org', 'a..b@example.org'],
    ...[
      '.a@example.org',
      'a@example.org, b@example.org',
      'A <a@example.org>',
      '"a b"@example.org',
      'a@example.org\r\nX: y',
    ],
    ...[
      'a@b@example.org',
      'ä@example.org',
      `${'a'.repeat(65)}@example.org`,
      `a@${'b'.repeat(60)}.${'c.'.repeat(100)}org`,
    ],
  ])('refuses %j', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });
});

describe('topicOf', () => {
  it('is security for what it does not know', () => {
    expect(['guess', 'purge-started', 'purge-stopped', 'new-kind'].map(topicOf)).toEqual(Array(4).fill('security'));
    expect(['purge-finished', 'key-check-due', 'backup-missing'].map(topicOf)).toEqual([
      'purge',
      'reminders',
      'reminders',
    ]);
  });
});

describe('decodeTarget', () => {
  it('reads what encodeTarget wrote', () => {
    const targets: notices.ChannelTarget[] = [
      { kind: 'email', address: 'a@example.org' },
      { kind: 'push', endpoint: 'https://push.test/1', p256dh: randomBytes(65), auth: randomBytes(16) },
    ];
    for (const target of targets) expect(decodeTarget(encodeTarget(target))).toEqual(target);
  });

  it.each([[null], ['email'], [{ kind: 'email' }], [{ kind: 'push', endpoint: 'x' }], [{ kind: 'fax', address: 'x' }]])(
    'refuses %j',
    (value) => {
      expect(() => decodeTarget(encodeCbor(value))).toThrow('no target');
    },
  );
});

describe('ChannelSecrets', () => {
  const bound = (context: SealingContext): Uint8Array => sha256(encodeCbor({ ...context, facts: context.facts ?? {} }));
  const sealer = {
    seal: async (plaintext: Uint8Array, context: SealingContext) => ({
      epoch: 1,
      bytes: encodeCbor([bound(context), plaintext]),
    }),
    open: async ({ bytes }: { bytes: Uint8Array }, context: SealingContext) => {
      const [context0, plaintext] = decodeCbor(bytes) as readonly [Uint8Array, Uint8Array];
      if (!equalBytes(context0, bound(context))) throw new Error('does not open');
      return plaintext;
    },
    mac: async (message: Uint8Array, context: SealingContext) => sha256(encodeCbor([message, bound(context)])),
  } as unknown as KeySealer;
  const secrets = new ChannelSecrets(sealer);
  const name = { accountId: 'a', channelId: 'c' };

  it('binds a target to its row', async () => {
    const sealed = await secrets.seal(name, { kind: 'email', address: 'a@example.org' });
    expect(await secrets.open(name, sealed)).toEqual({ kind: 'email', address: 'a@example.org' });
    await expect(secrets.open({ ...name, channelId: 'd' }, sealed)).rejects.toThrow('does not open');
    await expect(secrets.open({ ...name, accountId: 'b' }, sealed)).rejects.toThrow('does not open');
  });

  it('makes a code of eight digits, the same each time, another for each channel', async () => {
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => secrets.code({ ...name, channelId: String(n) })),
    );
    expect(codes.every((code) => /^\d{8}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBe(200);
    expect(await secrets.code({ ...name, channelId: '7' })).toBe(codes[7]);
  });
});
