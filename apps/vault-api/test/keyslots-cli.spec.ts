import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { randomBytes } from '@coffer/crypto';
import { newUuid } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CofferDevice } from './coffer-device';
import { RotatingAccount } from './rotating-account';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
let folder: string;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  folder = mkdtempSync(join(tmpdir(), 'coffer-keyslots-'));
}, 180_000);
afterAll(async () => {
  await bench.stop();
  rmSync(folder, { recursive: true, force: true });
});

const secret = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
};

describe('coffer keyslots and password', { timeout: 900_000 }, () => {
  it('add, list, change and remove ways to one key, and leave the last one', async () => {
    const subject = newUuid();
    const first = await CofferDevice.signIn(bench, subject, join(folder, 'first'));
    const second = await CofferDevice.signIn(bench, subject, join(folder, 'second'));
    const former = secret('former', 'allotment bicycle photograph');
    const later = secret('later', 'cinnamon trapeze lighthouse');
    const keyFile = join(folder, 'key');

    expect(await first.run(['keyslots', 'list'])).toMatchObject({ code: 0, summary: { keyId: null, keyslots: 0 } });
    expect(await first.run(['keyslots', 'add', '--password', '--password-file', former])).toMatchObject({ code: 2 });
    const setup = ['setup', '--password', '--password-file', former, '--accept-loss'];
    const made = await first.run(setup);
    expect(made).toMatchObject({ code: 0, summary: { kinds: ['password'] } });
    const keyId = made.summary!['keyId'];

    expect(await first.run(['keyslots', 'remove', 'password', '--yes'])).toMatchObject({
      code: 8,
      error: { code: 'last-keyslot' },
    });
    expect(await first.run(['keyslots', 'add', '--digits', '--key-out', keyFile])).toMatchObject({
      code: 0,
      summary: { kind: 'digits', keyId, kinds: ['password', 'digits'] },
    });
    expect(await first.run(['keyslots', 'add', '--digits', '--key-out', keyFile])).toMatchObject({
      code: 8,
      error: { code: 'already-exists' },
    });

    // A device without the key changes nothing, not even with the right password at hand.
    const change = ['password', 'change', '--password-file', later];
    expect(await second.run(change, { COFFER_PASSWORD: readFileSync(former, 'utf8').trim() })).toMatchObject({
      code: 2,
    });
    expect(await first.run(change)).toMatchObject({ code: 0, summary: { keyId, attemptsRemaining: 10 } });
    expect(await second.run(['unlock', '--password-file', former])).toMatchObject({
      code: 3,
      error: { code: 'wrong-password', attemptsRemaining: 9 },
    });
    expect(await second.run(['unlock', '--password-file', later])).toMatchObject({ code: 0, summary: { keyId } });

    const listed = await second.run(['keyslots', 'list']);
    expect(listed.lines.filter(({ type }) => type === 'keyslot').map(({ kind }) => kind)).toEqual([
      'digits',
      'password',
    ]);
    expect(await second.run(['keyslots', 'remove', 'password'])).toMatchObject({ code: 2 });
    expect(await second.run(['keyslots', 'remove', 'password', '--yes'])).toMatchObject({
      code: 0,
      summary: { kind: 'password', kinds: ['digits'] },
    });
    expect(await second.run(change)).toMatchObject({ code: 2 });
    expect(await second.run(['lock'])).toMatchObject({ code: 0 });
    expect(await second.run(['unlock', '--key', keyFile])).toMatchObject({ code: 0, summary: { keyId } });

    // Each change was announced.
    const feed = await bench.device(undefined, subject).call<{ notices: { title: string }[] }>('GET', '/v1/notices');
    const titles = feed.body.notices.map(({ title }) => title);
    for (const expected of [
      'A 64-digit key was recorded',
      'A password now opens the backup key',
      'The former password no longer opens the backup key',
      'A keyslot was removed (password)',
    ]) {
      expect(titles).toContain(expected);
    }
  });
});

describe('coffer new-start, repositories and account', { timeout: 900_000 }, () => {
  it('put another key in place of a lost one, take it back with the old one, and delete the account', async () => {
    const api = await bench.start({ COFFER_TEST_WAITS: '0,600,600,600,600' });
    const subject = newUuid();
    const keeper = await CofferDevice.signIn(bench, subject, join(folder, 'keeper'), api);
    const loser = await CofferDevice.signIn(bench, subject, join(folder, 'loser'), api);
    const keyFile = join(folder, 'old-key');
    const made = await keeper.run(['setup', '--digits', '--key-out', keyFile, '--accept-loss']);
    expect(made).toMatchObject({ code: 0, summary: { kinds: ['digits'] } });
    const { keyId: oldKeyId, repositoryId: oldRepository } = made.summary!;

    const passwordFile = secret('new-start', 'windmill saxophone orchard');
    const finish = ['new-start', 'finish', '--password-file', passwordFile];
    expect(await loser.run(finish)).toMatchObject({ code: 2 });
    const begun = await loser.run(['new-start', 'begin']);
    expect(begun).toMatchObject({ code: 0, summary: { state: 'open' } });
    // What is lost is named by whoever agrees to lose it.
    expect(await loser.run(finish)).toMatchObject({ code: 2 });
    const finished = await loser.run([...finish, '--lost-key', String(oldKeyId)]);
    expect(finished).toMatchObject({ code: 0, summary: { formerKeyId: oldKeyId } });
    expect(await loser.run(['whoami'])).toMatchObject({
      code: 0,
      summary: { ownerGeneration: 2, keyId: finished.summary!['keyId'], keyslots: ['password'] },
    });
    const listed = await loser.run(['repositories', 'list']);
    const isOwn = listed.lines.filter(({ type }) => type === 'repository').map((line) => line['isOwn']);
    expect(isOwn).toEqual([false, true]);
    expect(await loser.run(['repositories', 'remove', String(oldRepository), '--yes'])).toMatchObject({
      code: 8,
      error: { code: 'undo-pending' },
    });

    expect(await keeper.run(['new-start', 'cancel', '--key', keyFile])).toMatchObject({ code: 2 });
    expect(await keeper.run(['new-start', 'undo', '--key', keyFile])).toMatchObject({
      code: 0,
      summary: { state: 'undone' },
    });
    expect(await keeper.run(['whoami'])).toMatchObject({ code: 0, summary: { ownerGeneration: 3, keyId: oldKeyId } });
    const theirs = String(finished.summary!['repositoryId']);
    expect(await keeper.run(['repositories', 'remove', theirs, '--yes'])).toMatchObject({
      code: 0,
      summary: { pins: 0 },
    });

    expect(await loser.run(['account', 'delete', '--without-key', '--yes'])).toMatchObject({
      code: 0,
      summary: { state: 'waiting', askedBy: 'login' },
    });
    expect(await keeper.run(['account', 'keep'])).toMatchObject({ code: 0, summary: { state: 'cancelled' } });
    expect(await keeper.run(['account', 'status'])).toMatchObject({ code: 0, summary: { deletionId: null } });
    expect(await keeper.run(['account', 'delete', '--yes'])).toMatchObject({
      code: 0,
      summary: { state: 'closed', askedBy: 'owner' },
    });
    expect(await keeper.run(['whoami'])).toMatchObject({ code: 8, error: { code: 'account-closed' } });
  });
});

/** Sets the clock of a process back by 25 hours: a prune run of yesterday. */
const yesterday = {
  NODE_OPTIONS: '--import data:text/javascript,const%20now=Date.now;Date.now=()=%3Enow.call(Date)-25*3600000',
};

describe('coffer prune in a vault', { timeout: 900_000 }, () => {
  it('marks by a head, deletes a day later by owner-signed statements, and keeps what the newest snapshot needs (C18)', async () => {
    const account = await RotatingAccount.backUp(bench, folder, randomBytes(200_000));
    const { device, source } = account;
    for (let more = 0; more < 2; more++) {
      writeFileSync(join(source, 'changes'), randomBytes(100_000));
      account.requireDone(await device.run(['backup', source, '--store', 'vault:']));
    }
    const prune = ['prune', '--keep-last', '1', '--store', 'vault:'];
    const times = `SELECT r.backup_at::text AS backup, r.head_at > r.backup_at AS "isHeadLater" FROM repositories r
      JOIN accounts a USING (account_id) WHERE a.subject = $1`;
    const [before] = await bench.sql<{ backup: string }>(times, [account.subject]);
    const marking = await device.run(prune, yesterday);
    expect(marking).toMatchObject({ code: 0, summary: { snapshots: 1, leaving: 2, deleted: 0 } });
    const marked = Number(marking.summary!['marked']);
    expect(marked).toBeGreaterThan(2);
    expect(await device.run(prune)).toMatchObject({ code: 0, summary: { snapshots: 1, deleted: marked, pinned: 0 } });
    // Its heads are no backups: who only prunes is told that there is none.
    expect(await bench.sql(times, [account.subject])).toEqual([{ backup: before!.backup, isHeadLater: true }]);
    const out = join(account.root, 'restored');
    account.requireDone(await device.run(['restore', '--store', 'vault:', '--out', out]));
    expect(readFileSync(join(out, basename(source), 'changes')).equals(readFileSync(join(source, 'changes')))).toBe(
      true,
    );
    // What was verified is proven to the vault, and the account's ledger says so.
    expect(await device.run(['whoami'])).toMatchObject({ code: 0, summary: { lastProofAt: null } });
    await bench.sql('ALTER TABLE proofs ADD CONSTRAINT takes_none CHECK (false) NOT VALID');
    const untold = await device.run(['verify', '--store', 'vault:']);
    await bench.sql('ALTER TABLE proofs DROP CONSTRAINT takes_none');
    expect(untold).toMatchObject({ code: 0, summary: { isProven: false } });
    const warnings = untold.lines.filter(({ type }) => type === 'warning').map(({ message }) => message);
    expect(warnings).toContainEqual(
      expect.stringContaining('the backup is sound, but the vault did not take the proof of it'),
    );
    expect(await device.run(['verify', '--store', 'vault:'])).toMatchObject({ code: 0, summary: { isProven: true } });
    expect(await device.run(['whoami'])).toMatchObject({ summary: { lastProofAt: expect.any(String) as unknown } });
    const kept = `SELECT count(*)::int AS events, (SELECT count(*)::int FROM proofs p WHERE p.account_id = a.account_id) AS proofs
      FROM ledger_events e JOIN accounts a USING (account_id) WHERE a.subject = $1 AND e.kind = 'proof-accepted' GROUP BY a.account_id`;
    expect(await bench.sql(kept, [account.subject])).toEqual([{ events: 1, proofs: 1 }]);
    // A backup of another device builds on what is left, and the ledger tells of it all.
    account.requireDone(await device.run(['backup', source, '--store', 'vault:', '--rescan']));
    account.requireDone(await device.run(['ledger', 'check']));
  });
});
