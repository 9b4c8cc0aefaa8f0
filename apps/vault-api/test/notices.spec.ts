import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64Url, newUuid, toBase64Url } from '@coffer/foundation';
import {
  startPushService,
  startSmtpSink,
  Subscriber,
  verifyVapid,
  type PushService,
  type SmtpSink,
} from '@coffer/test-kit/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CofferDevice } from './coffer-device';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';
import { startWorkerProcess, type WorkerProcess } from './worker-process';

let bench: VaultBench;
let mail: SmtpSink;
let push: PushService;
let folder: string;
let environment: Record<string, string>;
/** One worker is there from the beginning; tests may start more. */
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  mail = await startSmtpSink({ disabledCommands: ['STARTTLS'] });
  push = await startPushService();
  environment = {
    COFFER_SMTP_URL: `smtp://localhost:${mail.port}`,
    COFFER_SMTP_TLS: 'none',
    COFFER_MAIL_FROM: 'coffer@example.net',
    COFFER_PUSH_CONTACT: 'mailto:operator@example.net',
    COFFER_PUSH_SERVICES: push.origin,
    COFFER_NOTICE_RETRY_SECONDS: '1',
    // A try may take two thirds of it: long enough for a busy machine.
    COFFER_WORKER_LEASE_SECONDS: '12',
  };
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0', ...environment });
  folder = mkdtempSync(join(tmpdir(), 'coffer-notices-'));
  await startWorker();
}, 180_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill('SIGKILL')));
  await bench.stop();
  await Promise.all([mail.close(), push.close()]);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  mail.mails.length = 0;
  mail.onMail = () => undefined;
  push.taken.length = 0;
  push.answers = [{ status: 201 }];
});
// What one test caused must not arrive in the next.
afterEach(() => expect.poll(waiting, patience).toBe(0));

const startWorker = async (): Promise<WorkerProcess> => {
  const worker = await startWorkerProcess({ home: bench.home, databaseUrl: bench.server.url, environment });
  workers.push(worker);
  return worker;
};

const patience = { timeout: 60_000, interval: 100 };
const subjects = (): string[] => mail.mails.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw)?.[1] ?? '');
/** What a person reads: soft line breaks of quoted-printable put together. */
const textOf = (raw: string): string =>
  raw.slice(raw.indexOf('\r\n\r\n')).replaceAll('=\r\n', '').replaceAll(/\s+/g, ' ');
const codeOf = (raw: string): string => /\b(\d{4}) (\d{4})\b/.exec(textOf(raw))!.slice(1).join('');
const waiting = async (): Promise<number> =>
  (await bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM notice_outbox'))[0]!.n;

/** An account whose address is confirmed. */
async function withAddress(address: string): Promise<TestDevice> {
  const device = bench.device();
  const added = await device.call('POST', '/v1/notice-channels', { kind: 'email', address });
  expect([added.status, added.body]).toEqual([201, expect.objectContaining({ state: 'pending', name: address })]);
  await expect.poll(() => mail.mails.some(({ to }) => to[0] === address), patience).toBe(true);
  const code = codeOf(mail.mails.find(({ to }) => to[0] === address)!.raw);
  const confirm = `/v1/notice-channels/${added.body['channelId'] as string}/confirm`;
  expect((await device.call('POST', confirm, { code })).body).toMatchObject({ state: 'active' });
  await expect.poll(() => mail.mails.filter(({ to }) => to[0] === address).length, patience).toBe(2);
  await expect.poll(waiting, patience).toBe(0);
  mail.mails.length = 0;
  return device;
}

describe('notices', { timeout: 600_000 }, () => {
  it('go to an address only after its code was given back, and to a browser that alone can read them', async () => {
    const device = bench.device();
    const address = 'first@example.org';
    const added = await device.call('POST', '/v1/notice-channels', { kind: 'email', address });
    const channelId = added.body['channelId'] as string;
    const again = await device.call('POST', '/v1/notice-channels', { kind: 'email', address });
    expect(again.body['code']).toBe('already-exists');
    // An account is told of its first keyslot meanwhile: not there.
    await device.activateDigits();
    device.isOwner = true;
    await expect.poll(() => mail.mails.length, patience).toBe(1);
    expect(subjects()).toEqual(['Coffer: confirm this address']);
    const code = codeOf(mail.mails[0]!.raw);
    const wrong = code === '00000000' ? '00000001' : '00000000';
    const confirm = (text: string) => device.call('POST', `/v1/notice-channels/${channelId}/confirm`, { code: text });
    expect((await confirm(wrong)).body['code']).toBe('wrong-code');
    expect((await bench.device().call('POST', `/v1/notice-channels/${channelId}/confirm`, { code })).status).toBe(404);
    expect((await confirm(code)).status).toBe(200);
    expect((await confirm(code)).status).toBe(404);

    const settings = (await device.call('GET', '/v1/notice-settings')).body;
    expect(settings).toMatchObject({ sendsEmail: true, channels: [{ channelId, state: 'active', name: address }] });
    const subscriber = new Subscriber();
    const subscription = {
      ...{ kind: 'push', endpoint: `${push.origin}/one` },
      ...{ p256dh: toBase64Url(subscriber.p256dh), auth: toBase64Url(subscriber.auth) },
    };
    const elsewhere = { ...subscription, endpoint: 'http://127.0.0.1:1/inside' };
    expect((await device.call('POST', '/v1/notice-channels', elsewhere)).body['code']).toBe('malformed');
    expect((await device.call('POST', '/v1/notice-channels', subscription)).status).toBe(201);
    await device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds: 60 }));

    await expect.poll(() => [mail.mails.length, push.taken.length], patience).toEqual([4, 2]);
    expect(subjects().slice(1).sort()).toEqual([
      'Coffer: Notices go to another place too',
      'Coffer: Notices go to another place too',
      'Coffer: Password guesses are stopped',
    ]);
    const told = push.taken.map(({ body }) => (JSON.parse(subscriber.decrypt(body)) as { kind: string }).kind);
    expect(told.sort()).toEqual(['guesses-vetoed', 'notice-channel-added']);
    for (const { headers } of push.taken) {
      expect(verifyVapid(headers.authorization!).key).toBe(settings['pushKey']);
    }
    expect(fromBase64Url(settings['pushKey'] as string)).toHaveLength(65);
  });

  it('end an address after five wrong codes, and five addresses a day are enough', async () => {
    const device = bench.device();
    const add = (name: string) =>
      device.call('POST', '/v1/notice-channels', { kind: 'email', address: `${name}@example.org` });
    const channelId = (await add('guessed')).body['channelId'] as string;
    const confirm = `/v1/notice-channels/${channelId}/confirm`;
    for (let count = 0; count < 5; count++) await device.call('POST', confirm, { code: `0000000${count}` });
    expect((await device.call('POST', confirm, { code: '00000005' })).status).toBe(404);
    for (const name of ['b', 'c', 'd', 'e']) expect((await add(name)).status).toBe(201);
    const { channels } = (await device.call('GET', '/v1/notice-settings')).body as {
      channels: { channelId: string }[];
    };
    expect(channels).toHaveLength(4);
    // Removing one makes room among the channels, not among the addresses of a day: nobody is mailed by the dozen.
    expect((await device.call('DELETE', `/v1/notice-channels/${channels[0]!.channelId}`)).status).toBe(204);
    expect((await add('f')).body['code']).toBe('too-many-channels');
    for (const address of ['a@localhost', 'x@y.z\r\nBcc: a@b.org', 'a@b.org,c@d.org']) {
      expect((await device.call('POST', '/v1/notice-channels', { kind: 'email', address })).body['code']).toBe(
        'malformed',
      );
    }
  });

  it('lie sealed in the database, and the code lies nowhere', async () => {
    await withAddress('hidden@example.org');
    const rows = await bench.sql<{ text: string }>(
      `SELECT encode(target_sealed, 'escape') || kind || state AS text FROM notice_channels WHERE target_sealed IS NOT NULL`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) expect(text).not.toMatch(/example\.org|127\.0\.0\.1/);
  });

  it('say farewell to an address that is removed, then forget it', async () => {
    const device = await withAddress('leaving@example.org');
    const { channels } = (await device.call('GET', '/v1/notice-settings')).body as {
      channels: { channelId: string }[];
    };
    const [{ channelId }] = channels as [{ channelId: string }];
    expect((await device.call('DELETE', `/v1/notice-channels/${channelId}`)).status).toBe(204);
    await expect.poll(subjects, patience).toEqual(['Coffer: Notices no longer go to one place']);
    const state = `SELECT state, target_sealed IS NULL AS forgotten FROM notice_channels WHERE channel_id = $1::uuid`;
    await expect.poll(() => bench.sql(state, [channelId]), patience).toEqual([{ state: 'ended', forgotten: true }]);
  });

  it('wait for the end of quiet hours and stay away where they are silenced, but for security', async () => {
    const device = await withAddress('quiet@example.org');
    const { accountId } = await device.account();
    const hour = new Date(Date.now()).getUTCHours();
    const text = (hours: number): string => `${String((hours + 24) % 24).padStart(2, '0')}:00`;
    // From two hours ago to in two hours, in Berlin's or any clock: UTC is as good for this.
    const quietHours = { from: text(hour - 2), to: text(hour + 3), timeZone: 'UTC' };
    const odd = await device.call('PUT', '/v1/notice-settings', {
      quietHours: { ...quietHours, timeZone: 'Mars' },
      muted: [],
    });
    expect(odd.body['code']).toBe('malformed');
    const set = await device.call('PUT', '/v1/notice-settings', { quietHours, muted: ['purge'] });
    expect(set.body).toMatchObject({ quietHours, muted: ['purge'] });
    const insert = (kind: string): Promise<unknown> =>
      bench.sql(
        `WITH told AS (INSERT INTO notices (account_id, notice_id, at, kind, severity, title, text)
           VALUES ($1::uuid, $2::uuid, clock_timestamp(), $3, 'info', $3, 'text') RETURNING notice_id)
         INSERT INTO notice_outbox (account_id, channel_id, notice_id, created_at, due_at)
         SELECT c.account_id, c.channel_id, told.notice_id, clock_timestamp(), clock_timestamp() FROM notice_channels c, told
         WHERE c.account_id = $1::uuid AND c.state = 'active'`,
        [accountId, newUuid(), kind],
      );
    for (const kind of ['key-check-due', 'purge-finished', 'purge-started']) await insert(kind);
    await expect.poll(subjects, patience).toEqual(['Coffer: purge-started']);
    const left = `SELECT n.kind, o.attempts, extract(hour FROM o.due_at AT TIME ZONE 'UTC')::int AS hour
      FROM notice_outbox o JOIN notices n USING (account_id, notice_id) WHERE o.account_id = $1::uuid`;
    const held = [{ kind: 'key-check-due', attempts: 0, hour: (hour + 3) % 24 }];
    await expect.poll(() => bench.sql(left, [accountId]), patience).toEqual(held);
    await bench.sql('DELETE FROM notice_outbox');
  });

  it('come again where the worker is killed before the server’s answer, under the same id, and once only where it was given', async () => {
    const device = await withAddress('killed@example.org');
    await device.activateDigits();
    device.isOwner = true;
    await expect.poll(waiting, patience).toBe(0);
    mail.mails.length = 0;
    const killed = workers.splice(0);
    mail.onMail = () => {
      for (const worker of killed) worker.signal('SIGKILL');
      return new Promise(() => undefined);
    };
    await device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds: 60 }));
    await Promise.all(killed.map(({ ended }) => ended));
    expect(await waiting()).toBe(1);
    expect(mail.mails).toHaveLength(1);
    mail.onMail = () => undefined;
    await startWorker();
    await expect.poll(waiting, patience).toBe(0);
    const ids = mail.mails.map(({ raw }) => /^Message-ID:\s*(\S+)\r$/m.exec(raw)?.[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^<[0-9a-f-]{36}\.[0-9a-f-]{36}@example\.net>$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('are sent once by several workers, and come again after a refusal for now, not after one for good', async () => {
    await startWorker();
    const device = await withAddress('busy@example.org');
    await device.activateDigits();
    device.isOwner = true;
    await expect.poll(waiting, patience).toBe(0);
    mail.mails.length = 0;
    for (const seconds of [60, 61, 62, 63, 64, 65]) {
      await device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds }));
    }
    await expect.poll(waiting, patience).toBe(0);
    expect(mail.mails).toHaveLength(6);
    mail.mails.length = 0;
    mail.onMail = () => {
      mail.onMail = () => {
        mail.onMail = () => undefined;
        throw Object.assign(new Error('never'), { responseCode: 554 });
      };
      throw Object.assign(new Error('later'), { responseCode: 451 });
    };
    await device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds: 0 }));
    await expect.poll(waiting, patience).toBe(0);
    expect(mail.mails).toHaveLength(2);
    const { channels } = (await device.call('GET', '/v1/notice-settings')).body as { channels: { failure: string }[] };
    expect(channels).toMatchObject([{ failure: 'refused' }]);
  });

  it('forget a browser whose subscription has ended', async () => {
    const device = bench.device();
    const subscriber = new Subscriber();
    push.answers = [{ status: 410 }];
    await device.call('POST', '/v1/notice-channels', {
      ...{ kind: 'push', endpoint: `${push.origin}/ended` },
      ...{ p256dh: toBase64Url(subscriber.p256dh), auth: toBase64Url(subscriber.auth) },
    });
    await expect
      .poll(async () => (await device.call('GET', '/v1/notice-settings')).body['channels'], patience)
      .toEqual([]);
    expect(push.taken).toHaveLength(1);
  });

  it('ask for the key a day after it was made, tell of a missing backup, hold no secret, and are answered by a check on the command line (canary)', async () => {
    const subject = newUuid();
    const password = 'allotment bicycle photograph';
    const passwordFile = join(folder, 'password');
    const keyFile = join(folder, 'key');
    const otherFile = join(folder, 'other-key');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    writeFileSync(otherFile, 'a1'.repeat(32), { mode: 0o600 });
    const coffer = await CofferDevice.signIn(bench, subject, join(folder, 'device'));
    const address = 'canary@example.org';
    expect(await coffer.run(['notices', 'email', address])).toMatchObject({ code: 0, summary: { state: 'pending' } });
    await expect.poll(() => mail.mails.length, patience).toBe(1);
    expect(await coffer.run(['notices', 'confirm', codeOf(mail.mails[0]!.raw)])).toMatchObject({ code: 0 });
    expect(await coffer.run(['setup', '--password', '--password-file', passwordFile, '--accept-loss'])).toMatchObject({
      code: 0,
    });
    expect(await coffer.run(['keyslots', 'add', '--digits', '--key-out', keyFile])).toMatchObject({ code: 0 });

    const checks = `SELECT extract(day FROM next_at - proven_at)::int AS days, failures, asked_at IS NOT NULL AS asked FROM key_checks k
      JOIN accounts a USING (account_id) WHERE a.subject = $1`;
    expect(await bench.sql(checks, [subject])).toEqual([{ days: 1, failures: 0, asked: false }]);
    await bench.sql(
      `UPDATE key_checks SET proven_at = proven_at - interval '25 hours', next_at = next_at - interval '25 hours'
       WHERE account_id = (SELECT account_id FROM accounts WHERE subject = $1)`,
      [subject],
    );
    await bench.sql(
      `UPDATE repositories SET backup_at = clock_timestamp() - interval '8 days'
       WHERE account_id = (SELECT account_id FROM accounts WHERE subject = $1)`,
      [subject],
    );
    // A worker asks when it starts, and each minute.
    await startWorker();
    await expect.poll(subjects, patience).toContain('Coffer: Do you still have your key?');
    expect(await bench.sql(checks, [subject])).toEqual([{ days: 7, failures: 0, asked: true }]);
    await expect.poll(subjects, patience).toContain('Coffer: No backup for 7 days');

    const check = (...args: string[]) => coffer.run(['keyslots', 'check', ...args]);
    expect(await check('--recorded', keyFile)).toMatchObject({
      code: 0,
      summary: { kind: 'digits', passed: true, failures: 0 },
    });
    for (const [failures, offered] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      const failed = await check('--recorded', otherFile);
      expect(failed).toMatchObject({ code: 3, error: { code: 'wrong-key', failures, shouldOfferKeyslot: offered } });
    }
    const passed = await check('--password', '--password-file', passwordFile);
    expect(passed).toMatchObject({ code: 0, summary: { kind: 'password', passed: true, failures: 0 } });
    expect(await coffer.run(['notices', 'quiet', '22:00-07:00', '--time-zone', 'Europe/Berlin'])).toMatchObject({
      code: 0,
      summary: { quietHours: '22:00-07:00 Europe/Berlin' },
    });
    expect(await coffer.run(['notices', 'mute', 'reminders'])).toMatchObject({
      code: 0,
      summary: { muted: ['reminders'] },
    });
    expect(await coffer.run(['notices', 'mute', 'security'])).toMatchObject({ code: 2 });
    expect((await coffer.run(['notices', 'list'])).lines.some(({ kind }) => kind === 'key-check-due')).toBe(true);
    expect(await coffer.run(['notices', 'remove', address])).toMatchObject({ code: 0 });
    await expect.poll(subjects, patience).toContain('Coffer: Notices no longer go to one place');

    // Nothing that was sent, nor the feed, nor a log holds a secret, a link, or a question for one.
    const digits = readFileSync(keyFile, 'utf8')
      .toLowerCase()
      .replaceAll(/[^0-9a-f]/g, '');
    const feed = JSON.stringify((await bench.device(undefined, subject).call('GET', '/v1/notices')).body);
    const logs = [...bench.apis, ...workers].map((process) => process.log()).join('\n');
    const told = [...mail.mails.map(({ raw }) => textOf(raw)), feed];
    expect(told.length).toBeGreaterThan(5);
    for (const text of [...told, logs]) {
      const plain = text.toLowerCase().replaceAll(/[^0-9a-z]/g, '');
      for (const secret of [digits.slice(0, 64), digits.slice(0, 12), password.replaceAll(' ', ''), 'bicycle']) {
        expect(plain.includes(secret)).toBe(false);
      }
    }
    expect(logs).not.toContain(address);
    for (const text of told) expect(text).not.toMatch(/https?:|www\.|\bclick\b|enter your|type your/i);
  });
});
