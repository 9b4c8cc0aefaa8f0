import { hkdfSha256, randomBytes, requireSigningSeed } from '@coffer/crypto';
import { fromHex, utf8 } from '@coffer/foundation';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CofferDevice } from './coffer-device';
import { requireSoundBooks } from './ledger-books';
import { RotatingAccount } from './rotating-account';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
let folder: string;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  folder = mkdtempSync(join(tmpdir(), 'coffer-rotation-'));
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

/** A passkey keyslot beside the account's digits, with a wrap that no passkey opens: the vault cannot tell, nor can this device. */
async function addPasskey({ subject, former }: RotatingAccount): Promise<void> {
  const owner = bench.device(undefined, subject);
  const backupKey = fromHex(readFileSync(former, 'utf8').replaceAll(/\s/g, ''));
  const seed = requireSigningSeed(hkdfSha256(backupKey, new Uint8Array(0), utf8('coffer/v1/owner-signature'), 32));
  const { keyId } = (await owner.call<{ keyId: string }>('GET', '/v1/account')).body;
  const wrap = {
    ...{ keyId: fromHex(keyId), rpId: 'localhost', credentialId: randomBytes(16) },
    ...{ prfSalt: randomBytes(32), sealedBackupKey: randomBytes(72) },
  };
  const signed = await owner.statement('activate-passkey', wrap, { owner: seed });
  expect((await owner.call('POST', '/v1/keyslots/passkeys', signed)).status).toBe(201);
}

describe('coffer keyslots rotate', { timeout: 900_000 }, () => {
  it('gives a new key with new keyslots, and other devices learn of it', async () => {
    const account = await RotatingAccount.backUp(bench, folder, randomBytes(200_000));
    const { subject, device, source } = account;
    const [oldPassword, newPassword] = [
      secret('old', 'allotment bicycle photograph'),
      secret('new', 'cinnamon trapeze lighthouse'),
    ];
    account.requireDone(await device.run(['keyslots', 'add', '--password', '--password-file', oldPassword]));
    const other = await CofferDevice.signIn(bench, subject, join(account.root, 'other'));
    account.requireDone(await other.run(['unlock', '--key', account.former]));

    await addPasskey(account);
    expect(await device.run(['keyslots', 'remove', 'passkey', '--yes'])).toMatchObject({
      code: 0,
      summary: { kind: 'passkey', kinds: ['digits', 'password'] },
    });
    await addPasskey(account);

    const rotated = await device.run([...account.rotate, '--password', '--password-file', newPassword]);
    expect(rotated).toMatchObject({
      code: 0,
      summary: { kinds: expect.arrayContaining(['digits', 'password']) as string[], keyslots: 2 },
    });
    // A passkey cannot be asked on the command line: it goes with the former key, and the person is told.
    expect(rotated.lines).toContainEqual(expect.objectContaining({ type: 'warning', code: 'passkeys-removed' }));
    expect((await bench.device(undefined, subject).call('GET', '/v1/keyslots/passkeys')).body).toEqual({
      passkeys: [],
    });
    expect(rotated.summary?.['keyId']).not.toBe(rotated.summary?.['formerKeyId']);
    expect(await account.inForce()).toBe('next');
    expect(await device.run(['backup', source, '--store', 'vault:'])).toMatchObject({
      code: 0,
      summary: { generation: 3, filesUnchanged: 1 },
    });

    // The other device holds the former key: it neither reads nor writes with it, and gets the new one by its keyslots.
    expect(await other.run(['backup', source, '--store', 'vault:'])).toMatchObject({ code: 2 });
    expect(await other.run(['unlock', '--key', account.former])).toMatchObject({
      code: 3,
      error: { code: 'wrong-key' },
    });
    expect(await other.run(['unlock', '--password-file', oldPassword])).toMatchObject({ code: 3 });
    expect(await other.run(['unlock', '--password-file', newPassword])).toMatchObject({ code: 0 });
    expect(await other.run(['backup', source, '--store', 'vault:'])).toMatchObject({ code: 0 });
    expect(await device.run(['ledger', 'check'])).toMatchObject({ code: 0 });

    const feed = await bench.device(undefined, subject).call<{ notices: { kind: string }[] }>('GET', '/v1/notices');
    const kinds = feed.body.notices.map(({ kind }) => kind);
    for (const expected of ['rotation-proven', 'key-rotated']) expect(kinds).toContain(expected);

    // A second one follows the first.
    account.advance();
    expect(await device.run(account.rotate)).toMatchObject({ code: 0, summary: { kinds: ['digits'] } });
    expect(await account.restores(account.next)).toBe(0);
    await requireSoundBooks(bench, bench.apis[0]!.url);
  });
});
