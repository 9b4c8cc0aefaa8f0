import { randomBytes, signingPublicKey } from '@coffer/crypto';
import {
  hashHead,
  replayBudget,
  signRepositoryStatement,
  verifyChain,
  type Head,
  type RotationBody,
  type RotationKeyslot,
} from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

let vault: MemoryVault;
let device: MemoryDevice;
let next: MemoryDevice;
let accountId: string;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [] });
  device = new MemoryDevice(vault);
  ({ accountId } = await device.account());
  next = new MemoryDevice(vault, (await device.account()).subject);
  await device.activateDigits();
});

const digits: RotationKeyslot = { kind: 'digits' };

async function body(change: Partial<RotationBody> = {}): Promise<RotationBody> {
  const { keyslots } = vault.store.rows(accountId);
  return {
    ownerPublicKey: signingPublicKey(device.owner),
    newOwnerPublicKey: signingPublicKey(next.owner),
    newKeyId: next.keyId,
    heads: [],
    activated: [digits],
    removed: keyslots.filter(({ state }) => state === 'active').map(({ keyslotId }) => keyslotId),
    ...change,
  };
}

async function rotate(change: Partial<RotationBody> = {}) {
  const signed = await device.coSigned('rotate', await body(change), next);
  const rotated = await vault.rotation.rotate(await device.account(), signed);
  next.generation = 2;
  return rotated;
}

const guess = async (who: MemoryDevice, password: string) => {
  const attempt = who.attempt(password);
  return who.finish(attempt, await who.start(attempt));
};

/** A repository of the account with a head that `device` signed. */
function addRepository(generation = 3): Head {
  const repositoryId = randomBytes(16);
  const head: Head = {
    ...{ v: 1, repositoryId, keyId: device.keyId, keyringVersion: 1, epoch: 1, generation, pruneGeneration: 0 },
    ...{ previous: randomBytes(32), snapshotId: 'aa', snapshotSha256: randomBytes(32) },
  };
  const signed = signRepositoryStatement(device.owner, { purpose: 'head', repositoryId, keyId: device.keyId }, head);
  const { repositories } = vault.store.rows(accountId);
  const row = { repositoryId, keyId: device.keyId, headHash: hashHead(head), head: signed };
  vault.store.edit(accountId, { repositories: [...repositories, row] });
  return head;
}

/** What the rotation does to it, changed as told, signed by `signer`. */
function rotatedHead(of: Head, change: Partial<Head> = {}, signer = next) {
  const head: Head = {
    ...of,
    ...{ keyId: next.keyId, keyringVersion: 2, epoch: 2, generation: of.generation + 1, previous: hashHead(of) },
    ...change,
  };
  const { repositoryId, keyId } = head;
  const signed = signRepositoryStatement(signer.owner, { purpose: 'head', repositoryId, keyId }, head);
  return { repositoryId: of.repositoryId, expected: hashHead(of), head: signed };
}

/** That nothing at all has changed since `before`, but challenges. */
function expectUntouched(before: ReturnType<MemoryVault['store']['rows']>): void {
  const { challenges: _now, ...now } = vault.store.rows(accountId);
  const { challenges: _then, ...then } = before;
  expect(now).toEqual(then);
}

describe('Rotation', () => {
  it('puts the new key in the place of the former one: owner, keyslots, heads, event and notice', async () => {
    await device.setPassword('former');
    const head = addRepository();
    const { proven } = await device.provePassword('later', next);
    const passkey: RotationKeyslot = {
      ...{ kind: 'passkey', rpId: 'portal.example', credentialId: randomBytes(16) },
      ...{ prfSalt: randomBytes(32), sealedBackupKey: randomBytes(72) },
    };
    const password: RotationKeyslot = {
      ...{ kind: 'password', registrationId: proven.keyslotId, serial: proven.serial },
    };
    const rotated = await rotate({ heads: [rotatedHead(head)], activated: [digits, password, passkey] });
    expect(rotated).toMatchObject({ ownerGeneration: 2, keyId: next.keyId, attemptsRemaining: 10 });

    const rows = vault.store.rows(accountId);
    expect(rows.account).toMatchObject({
      ...{ ownerGeneration: 2, keyId: next.keyId, ownerPublicKey: signingPublicKey(next.owner) },
    });
    const active = rows.keyslots.filter(({ state }) => state === 'active');
    expect(active.map(({ kind, keyId }) => [kind, keyId])).toEqual(
      ['digits', 'password', 'passkey'].map((kind) => [kind, next.keyId]),
    );
    expect(rows.keyslots.filter(({ state }) => state === 'removed')).toHaveLength(2);
    expect(rows.passkeys).toHaveLength(1);
    expect(rows.record).toMatchObject({ serial: proven.serial, keyslotId: proven.keyslotId });
    expect(rows.repositories[0]).toMatchObject({ keyId: next.keyId });
    const events = rows.events.slice(-2).map(({ fields }) => fields);
    expect(events.map(({ kind }) => kind)).toEqual(['key-rotated', 'head-replaced']);
    expect(events[1]?.details).toMatchObject({ generation: head.generation + 1 });
    expect(rows.notices.at(-1)).toMatchObject({ kind: 'key-rotated', severity: 'urgent' });
    const { events: chain } = verifyChain(
      rows.events.map(({ event }) => event),
      { account: accountId },
    );
    expect(replayBudget(chain)).toEqual(rows.budget);

    // All that is new works, and nothing that is old.
    await expect(guess(next, 'later')).resolves.toMatchObject({ serial: proven.serial });
    await expect(guess(next, 'former')).rejects.toMatchObject({ code: 'wrong-guess' });
    await expect(device.remove(active[0]!.keyslotId)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    device.generation = 2;
    await expect(device.remove(active[0]!.keyslotId)).rejects.toMatchObject({ code: 'statement-invalid' });
    await expect(next.remove(active[0]!.keyslotId)).resolves.toBeUndefined();
  });

  it('gives guesses back only for a password that was proven', async () => {
    await device.setPassword('former');
    await device.start(device.attempt('wrong'));
    await rotate();
    expect(vault.store.rows(accountId).budget).toMatchObject({ remaining: 9, serial: 0 });
    expect(vault.store.rows(accountId).record).toBeNull();
  });

  it('ends a login that was begun under the former password', async () => {
    await device.setPassword('former');
    const attempt = device.attempt('former');
    const started = await device.start(attempt);
    await rotate();
    await expect(device.finish(attempt, started)).rejects.toMatchObject({ code: 'superseded' });
  });

  it('happens once: the same call again finds another owner', async () => {
    const signed = await device.coSigned('rotate', await body(), next);
    await vault.rotation.rotate(await device.account(), signed);
    const again = vault.rotation.rotate(await device.account(), signed);
    await expect(again).rejects.toMatchObject({ code: 'wrong-owner-generation' });
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['a keyslot came', 'rotation-behind', async () => rotate({ removed: [newUuid()] })],
    ['a keyslot is left out', 'rotation-behind', withPassword],
    ['a repository is left out', 'rotation-behind', async () => (addRepository(), rotate())],
    ['a repository is not there', 'rotation-behind', async () => rotate({ heads: [rotatedHead(strange())] })],
    ['the head moved on', 'head-behind', raced],
    ['a head stays in its epoch', 'statement-invalid', async () => withHead({ epoch: 1 })],
    ['a head stays under its keyring', 'statement-invalid', async () => withHead({ keyringVersion: 1 })],
    ['a head skips a generation', 'head-behind', async () => withHead({ generation: 9 })],
    ['the former key signed the head', 'statement-invalid', async () => withHead({}, device)],
    ['the former key id is in the head', 'statement-invalid', async () => withHead({ keyId: device.keyId }, device)],
    ['the password was never proven', 'registration-expired', async () => rotate({ activated: [unproven()] })],
    ['the new key did not sign', 'statement-invalid', signedByFormerAlone],
    ['the former key did not sign', 'statement-invalid', signedByStranger],
  ])('changes nothing when %s (%s)', async (_case, code, act) => {
    await device.setPassword('former');
    const before = { rows: vault.store.rows(accountId) };
    const attempt = act();
    const prepared = { ...vault.store.rows(accountId) };
    await expect(attempt).rejects.toMatchObject({ code });
    expectUntouched({ ...before.rows, repositories: prepared.repositories });
  });

  it('wants the password proven for this very key, and within the hour', async () => {
    const { proven } = await device.provePassword('later', next);
    const slot: RotationKeyslot = { kind: 'password', registrationId: proven.keyslotId, serial: proven.serial };
    const third = new MemoryDevice(vault, (await device.account()).subject);
    const other = await body({ activated: [digits, slot], newKeyId: third.keyId });
    const change = { ...other, newOwnerPublicKey: signingPublicKey(third.owner) };
    const forThird = vault.rotation.rotate(await device.account(), await device.coSigned('rotate', change, third));
    await expect(forThird).rejects.toMatchObject({ code: 'statement-invalid' });
    const wrongSerial = { ...slot, serial: proven.serial + 1 };
    await expect(rotate({ activated: [wrongSerial] })).rejects.toMatchObject({ code: 'statement-invalid' });
    vault.advance(60 * 60_000);
    await expect(rotate({ activated: [slot] })).rejects.toMatchObject({ code: 'registration-expired' });
  });

  async function withPassword() {
    return rotate({ removed: (await body()).removed.slice(0, 1) });
  }

  async function withHead(change: Partial<Head>, signer = next) {
    return rotate({ heads: [rotatedHead(addRepository(), change, signer)] });
  }

  async function raced() {
    const head = addRepository();
    const rotated = rotatedHead(head);
    const { repositories } = vault.store.rows(accountId);
    vault.store.edit(accountId, { repositories: repositories.map((row) => ({ ...row, headHash: randomBytes(32) })) });
    return rotate({ heads: [rotated] });
  }

  async function signedByFormerAlone() {
    const signed = await device.coSigned('rotate', await body(), next);
    return vault.rotation.rotate(await device.account(), { ...signed, coSignature: signed.signature });
  }

  async function signedByStranger() {
    const thief = new MemoryDevice(vault, (await device.account()).subject);
    const forged = { ...(await body()), ownerPublicKey: signingPublicKey(thief.owner) };
    return vault.rotation.rotate(await device.account(), await thief.coSigned('rotate', forged, next));
  }

  function strange(): Head {
    const head = addRepository();
    const { repositories } = vault.store.rows(accountId);
    vault.store.edit(accountId, { repositories: repositories.slice(0, -1) });
    return head;
  }

  function unproven(): RotationKeyslot {
    return { kind: 'password', registrationId: newUuid(), serial: 5 };
  }
});

describe('a password for a rotation', () => {
  it('activates, shreds and refills nothing, and its KE3 is answered the same again', async () => {
    await device.setPassword('former');
    await device.start(device.attempt('wrong'));
    const before = vault.store.rows(accountId);
    const { proven, again } = await device.provePassword('later', next);
    expect(proven).toMatchObject({ state: 'pending', kind: 'password', attemptsRemaining: 9 });
    expect(await again()).toEqual(proven);
    const { keyslots, record, budget, account } = vault.store.rows(accountId);
    expect([keyslots, record, budget, account]).toEqual([
      before.keyslots,
      before.record,
      before.budget,
      before.account,
    ]);
    await expect(guess(device, 'former')).resolves.toMatchObject({ attemptsRemaining: 10 });
    await expect(guess(device, 'later')).rejects.toMatchObject({ code: 'wrong-guess' });
  });

  it('is confirmed by the new owner key and by no other', async () => {
    const of = await device.open('later');
    await device.putForRotation(of, 'later', next);
    await expect(device.confirm(of.opened, device.attempt('later'))).rejects.toMatchObject({
      code: 'statement-invalid',
    });
    await expect(next.confirm(of.opened, device.attempt('later'))).resolves.toHaveLength(320);
  });

  it('is not put for an account that nobody owns', async () => {
    const unowned = new MemoryDevice(vault);
    const opened = await unowned.open('x');
    await expect(unowned.putForRotation(opened, 'x', next)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
  });

  it('does not outlive a rotation to another key', async () => {
    const { proven } = await device.provePassword('later', next);
    await rotate();
    const row = vault.store.rows(accountId).registrations.get(proven.keyslotId);
    expect(row).toMatchObject({ state: 'ended', pending: null });
  });
});
