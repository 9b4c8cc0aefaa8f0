import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeLedgerEvent } from '@coffer/evidence';
import { newUuid, systemClock, toBase64Url } from '@coffer/foundation';
import { openSealer } from '@coffer/key-sealer';
import { sealingSteps, type SealingStep } from '@coffer/key-vault';
import { ChannelSecrets } from '@coffer/notices';
import { PgSealingStore } from '@coffer/database';
import { isLongRun, proofSize, runSeedNumber } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdmin, type AdminRun } from './admin-process';
import { requireSoundBooks } from './ledger-books';
import { restoreDump, takeDump, type BenchDump } from './restored-dump';
import type { Answer, TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
/** As in service, but that the database's clock is set forward under it, and looked at ten times a second. */
const week = '604800';

let bench: VaultBench;
const patience = { timeout: 60_000, interval: 100 } as const;

const serials = new WeakMap<TestDevice, number>();

async function registered(on: VaultBench, device = on.device()): Promise<TestDevice> {
  const answer = await device.setPassword(password, serials.get(device) ?? 0);
  expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
  device.isOwner = true;
  serials.set(device, answer.serial);
  return device;
}

/** What happened when the database's clock is so far on, seen from the epochs. */
async function age(on: VaultBench, column: 'created_at' | 'resealed_at'): Promise<void> {
  await on.sql(`UPDATE sealing_epochs SET ${column} = ${column} - interval '8 days' WHERE ended_at IS NULL`);
}

/** Values of the whole database by the epoch that they are sealed under. */
async function sealedUnder(on: VaultBench): Promise<Readonly<Record<string, number>>> {
  const store = new PgSealingStore(on.database);
  const counts: Record<string, number> = {};
  for (const place of store.places) {
    for (const { sealed } of await store.next(place, 1_000_000, undefined, 1_000)) {
      counts[`${place} ${sealed.epoch}`] = (counts[`${place} ${sealed.epoch}`] ?? 0) + 1;
    }
  }
  return counts;
}

const keyFile = (on: VaultBench, epoch: number): string =>
  join(on.home, 'keys', 'sealing', `epoch-${String(epoch).padStart(6, '0')}.key.json`);

async function endings(on: VaultBench): Promise<readonly unknown[]> {
  const rows = await on.sql<{ event: Uint8Array }>(
    `SELECT event FROM ledger_events WHERE kind = 'sealing-epoch-ended' ORDER BY number`,
  );
  return rows.map(({ event }) => decodeLedgerEvent(new Uint8Array(event)).details['epoch']);
}

describe('a sealing epoch', () => {
  let environment: Readonly<Record<string, string>>;
  let device: TestDevice;
  let before: BenchDump;
  beforeAll(async () => {
    bench = await startBench(2, { COFFER_GUESS_DELAYS: '0', COFFER_TEST_SEALING: `${week},${week}` });
    environment = { COFFER_HOME: bench.home, DATABASE_URL: bench.server.url, COFFER_ISSUER: bench.issuer.url };
    device = await registered(bench);
  }, 180_000);
  afterAll(() => bench.stop());

  const drill = (url: string): Promise<AdminRun> => runAdmin(['drill', '--database', url, '--json'], environment);

  it('takes every sealed value along when it begins, under registrations, logins and notices that are open', async () => {
    const opened = await bench.device().openRegistration(password);
    const pending = bench.device();
    const half = await pending.openRegistration(password);
    expect((await pending.putRecord(half, password)).status).toBe(200);
    const attempt = await device.beginAttempt(password);
    const ke2 = await device.startLogin(attempt);
    const wrong = await device.beginAttempt('wrong');
    expect((await device.startLogin(wrong)).status).toBe(201);
    const wrongKe3 = toBase64Url(new Uint8Array(64).fill(7));
    const refused = await device.finishLogin(wrong.loginId, wrongKe3);
    expect(refused.status).toBe(401);
    const { accountId } = await device.account();
    const channel = { accountId, channelId: newUuid() };
    const sealer = await openKeys();
    const target = { kind: 'email', address: 'somebody@example.org' } as const;
    const { bytes, epoch } = await new ChannelSecrets(sealer).seal(channel, target);
    await bench.database.prisma.noticeChannel.create({
      data: {
        ...channel,
        kind: 'email',
        state: 'active',
        targetSealed: Buffer.from(bytes),
        sealingEpoch: epoch,
        createdAt: new Date(),
      },
    });
    before = await takeDump(bench);
    expect(Object.keys(await sealedUnder(bench)).sort()).toEqual(
      new PgSealingStore(bench.database).places.map((place) => `${place} 1`).sort(),
    );

    await age(bench, 'created_at');
    const all = async () => Object.keys(await sealedUnder(bench)).filter((each) => !each.endsWith(' 2'));
    await expect.poll(all, patience).toEqual([]);
    expect(await sealedUnder(bench)).toMatchObject({ 'password_records.sealed 2': 1, 'logins.state_sealed 2': 1 });

    const told = ({ body }: Answer) => ({ ...body, instance: undefined, requestId: undefined });
    const retried = await device.finishLogin(wrong.loginId, wrongKe3);
    expect([retried.status, told(retried)]).toEqual([401, told(refused)]);
    const { ke3 } = (await device.finishAttempt(attempt, ke2.body.ke2, ke2.body))!;
    expect((await bench.device(bench.apis[1], device.subject).finishLogin(attempt.loginId, ke3)).status).toBe(200);
    for (const api of bench.apis) {
      expect((await bench.device(api, device.subject).recover(password)).status).toBe(200);
      expect((await bench.device(api).recover(password)).status).toBe(401);
    }
    const confirmed = await pending.beginAttempt(password);
    expect((await pending.confirm(half, confirmed)).status).toBe(201);
    expect(opened.answer.status).toBe(201);
    const kept = await bench.database.prisma.noticeChannel.findFirstOrThrow({
      where: { channelId: channel.channelId },
    });
    const again = await openKeys();
    const sealed = { bytes: new Uint8Array(kept.targetSealed!), epoch: kept.sealingEpoch! };
    expect(await new ChannelSecrets(again).open(channel, sealed)).toEqual(target);
  });

  it('is kept for seven days after that, and until a dump of the next one was drilled', async () => {
    const reasons = () => metric('coffer_sealing_former_key_kept');
    await expect.poll(reasons, patience).toContain('"time",service="vault-api"} 1');
    await age(bench, 'resealed_at');
    await expect.poll(reasons, patience).toContain('"drill",service="vault-api"} 1');
    // a dump of the former epoch says nothing of the next one
    const former = await drill(await restoreDump(bench, before));
    expect([former.exitCode, former.lines.at(-1)]).toEqual([0, expect.objectContaining({ type: 'drilled', epoch: 1 })]);
    const own = await drill(bench.server.url);
    expect([own.exitCode, own.lines.at(-1)]).toEqual([8, expect.objectContaining({ code: 'not-a-dump' })]);
    const dump = await takeDump(bench);
    const fails = async (edit: string) => {
      const { exitCode, lines } = await drill(await restoreDump(bench, dump, [edit]));
      return [exitCode, lines.at(-1)?.['code'], lines.at(-1)?.['message']];
    };
    expect(await fails(`UPDATE password_records SET serial = serial + 1`)).toEqual([
      ...[8, 'drill-failed', expect.stringContaining('1 of password_records.sealed')],
    ]);
    expect(await fails(`DELETE FROM ledger_leaves WHERE leaf_index = 0`)).toEqual([
      ...[8, 'not-a-dump', expect.stringContaining('not whole')],
    ]);
    expect(await fails(`UPDATE vault_state SET vault_id = decode('00112233445566778899aabbccddeeff', 'hex')`)).toEqual([
      ...[8, 'not-a-dump', expect.stringContaining('another vault')],
    ]);
    const mixed = await drill(
      await restoreDump(bench, before, [
        `INSERT INTO sealing_epochs (epoch, key_id) VALUES (2, '\\x0011223344556677')`,
      ]),
    );
    expect([mixed.exitCode, mixed.lines.at(-1)]).toEqual([8, expect.objectContaining({ code: 'drill-failed' })]);
    expect(await endings(bench)).toEqual([]);
    expect(existsSync(keyFile(bench, 1))).toBe(true);
  });

  it('is ended in the ledger and destroyed once a dump of the next one opens; claims say since when shreds are final', async () => {
    const oldest = async () => Date.parse((await claims()).sealing.oldestKeyAt);
    const formerly = await oldest();
    expect((await claims()).limits).toContainEqual(
      expect.stringContaining('14 days later at the earliest, and not before'),
    );
    const dump = await takeDump(bench);
    const drilled = await drill(await restoreDump(bench, dump));
    expect([drilled.exitCode, drilled.lines.at(-1)]).toEqual([
      0,
      expect.objectContaining({ type: 'drilled', epoch: 2, opened: expect.any(Number) }),
    ]);
    await expect.poll(() => existsSync(keyFile(bench, 1)), patience).toBe(false);
    await expect.poll(oldest, patience).toBeGreaterThan(formerly);
    expect(await endings(bench)).toEqual([1]);
    for (const api of bench.apis) {
      expect((await bench.device(api, device.subject).recover(password)).status).toBe(200);
      expect((await bench.device(api).recover(password)).status).toBe(401);
    }
    await requireSoundBooks(bench, bench.apis[0]!.url);
  });

  it('leaves a dump of the next one that opens, sealed, and one from before that does not (A08)', async () => {
    // taken when the former key was there, although nothing needed it any more
    const young = await takeDump(bench);
    const withFormer = await restoreDump(bench, young, [
      `UPDATE sealing_epochs SET ended_at = NULL, destroyed_at = NULL`,
    ]);
    for (const api of bench.apis) await api.kill('SIGKILL');
    const old = await restoreDump(bench, before);
    await expect(bench.start({ DATABASE_URL: old })).rejects.toThrow(
      /the key of sealing epoch 1, [0-9a-f]{16}, is not in/,
    );
    // what happened since makes the anchors newer than the dump
    const live = await bench.start();
    expect((await bench.device(live, device.subject).recover('wrong')).status).toBe(401);
    await requireSoundBooks(bench, live.url);
    await live.kill('SIGKILL');
    const restored = await bench.start({ DATABASE_URL: withFormer }, 'live');
    const refused = await bench.device(restored, device.subject).startLogin(await device.beginAttempt(password));
    expect([refused.status, refused.body.code]).toEqual([503, 'vault-sealed']);
    const opened = await drill(withFormer);
    expect([opened.exitCode, opened.lines.at(-1)]).toEqual([0, expect.objectContaining({ type: 'drilled', epoch: 2 })]);
    expect(existsSync(keyFile(bench, 2))).toBe(true);
    await restored.kill('SIGKILL');
  });

  async function openKeys() {
    const known = await new PgSealingStore(bench.database).needed();
    return openSealer({ kind: 'key-file', folder: join(bench.home, 'keys', 'sealing') }, known, systemClock);
  }

  async function claims() {
    const { body } = await device.call('GET', '/v1/claims');
    return body as unknown as {
      readonly sealing: { readonly oldestKeyAt: string };
      readonly limits: readonly string[];
    };
  }

  async function metric(name: string): Promise<string> {
    const texts = await Promise.all(bench.apis.map(async (api) => (await fetch(`${api.metricsUrl}/metrics`)).text()));
    return texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.startsWith(`${name}{`))
      .join('\n');
  }
});

const moments = {
  'epoch-made': 'with the key made and not named',
  'epoch-named': 'with the epoch named and nothing under it',
  'row-resealed': 'with one value sealed anew',
  'reseal-noted': 'with everything sealed anew',
  'epoch-ended': 'with the former epoch ended and its key there',
  'key-destroyed': 'with the key destroyed and not noted',
} as const satisfies Record<SealingStep, string>;

describe('the process that looks after the epochs, killed', () => {
  let own: VaultBench;
  let device: TestDevice;
  const environment = { COFFER_GUESS_DELAYS: '0', COFFER_DUMPS: 'none', COFFER_TEST_SEALING: `${week},0` };
  beforeAll(async () => {
    own = await startBench(1, environment);
    device = await registered(own);
    await own.apis[0]!.kill('SIGKILL');
  }, 180_000);
  afterAll(() => own.stop());

  const epochs = () =>
    own.sql<{ epoch: number; destroyed: boolean }>(
      'SELECT epoch, destroyed_at IS NOT NULL AS destroyed FROM sealing_epochs ORDER BY epoch',
    );

  /** Whoever comes next brings what was begun to its end: one key is left, everything is under it, and nothing is lost. */
  async function requireFinished(newest: number, url: string): Promise<void> {
    const formers = Array.from({ length: newest - 1 }, (_, index) => index + 1);
    await expect
      .poll(epochs, patience)
      .toEqual([...formers.map((epoch) => ({ epoch, destroyed: true })), { epoch: newest, destroyed: false }]);
    for (const epoch of formers) expect(existsSync(keyFile(own, epoch)), `the key of epoch ${epoch}`).toBe(false);
    expect(Object.keys(await sealedUnder(own)).filter((each) => !each.endsWith(` ${newest}`))).toEqual([]);
    expect(await endings(own)).toEqual(formers);
    device.api = { url };
    expect((await device.recoverPatiently(password)).status).toBe(200);
  }

  /** All of them in a long run, two that the seed chooses in an ordinary one. */
  const first = runSeedNumber('sealing steps') % (sealingSteps.length - 1);
  const chosen = isLongRun() ? sealingSteps : sealingSteps.slice(first, first + 2);

  // From the last step to the first: what one leaves behind is finished by the next without passing the step that kills it.
  it.each([...chosen].reverse().map((step, at) => [moments[step], step, at + 1] as const))(
    '%s: the next one finishes it',
    async (_moment, step, newest) => {
      const doomed = await own.start({ COFFER_FAILPOINT: step });
      await requireFinished(newest, doomed.url);
      await age(own, 'created_at');
      await doomed.ended;
      if (step === chosen[0]) await requireFinished(newest + 1, (await own.start()).url);
    },
  );
});

describe('sealing anew, raced by guesses and registrations', () => {
  it(
    'loses nothing while epochs begin and end',
    { timeout: proofSize({ sample: 240_000, long: 1_200_000 }) },
    async () => {
      const own = await startBench(2, { COFFER_GUESS_DELAYS: '0', COFFER_DUMPS: 'none', COFFER_TEST_SEALING: '2,3' });
      try {
        const devices = await Promise.all([1, 2, 3, 4].map(() => registered(own)));
        const figures = { recovered: 0, changed: 0 };
        const wanted = proofSize({ sample: 1, long: 10 });
        const already = (await endings(own)).length;
        const isEnough = async (): Promise<boolean> => (await endings(own)).length >= already + wanted;
        await Promise.all(
          devices.map(async (device, index) => {
            for (let turn = 0; turn < 4 || !(await isEnough()); turn++) {
              device.api = own.apis[turn % 2]!;
              const recovered = await device.recoverPatiently(password);
              expect([recovered.status, recovered.text]).toEqual([200, expect.anything()]);
              figures.recovered += 1;
              if (index > 0 || turn > 2) continue;
              await registered(own, device);
              figures.changed += 1;
            }
          }),
        );
        expect(figures.recovered).toBeGreaterThan(8);
        expect(figures.changed).toBeGreaterThan(0);
        for (const device of devices) expect((await device.recoverPatiently(password)).status).toBe(200);
        const alive = await own.sql<{ epoch: number }>('SELECT epoch FROM sealing_epochs WHERE ended_at IS NULL');
        const known = alive.map(({ epoch }) => String(epoch));
        const under = Object.keys(await sealedUnder(own)).map((each) => each.split(' ')[1]!);
        expect(under.filter((epoch) => !known.includes(epoch))).toEqual([]);
      } finally {
        await own.stop();
      }
    },
  );
});
