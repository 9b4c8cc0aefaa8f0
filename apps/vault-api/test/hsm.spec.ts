import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithSoftHsm, startSoftHsm, type SoftHsm } from '@coffer/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** vault-api as real processes whose keys are in a SoftHSM token. */
describeWithSoftHsm('a vault that is sealed by an HSM', () => {
  let hsm: SoftHsm;
  let bench: VaultBench;
  let pin: string;
  let environment: Readonly<Record<string, string>>;
  beforeAll(async () => {
    hsm = await startSoftHsm();
    ({ pin } = hsm.newToken('vault'));
    const pinFile = join(hsm.folder, 'pin');
    await writeFile(pinFile, `${pin}\n`, { mode: 0o600 });
    environment = {
      ...hsm.environment,
      COFFER_SEALER: 'pkcs11',
      COFFER_PKCS11_MODULE: hsm.module,
      COFFER_PKCS11_TOKEN: 'vault',
      COFFER_PKCS11_PIN_FILE: pinFile,
      COFFER_GUESS_DELAYS: '0',
      COFFER_DUMPS: 'none',
      COFFER_TEST_SEALING: '604800,0',
    };
    bench = await startBench(2, environment);
  });
  afterAll(async () => {
    await bench.stop();
    await hsm.stop();
  });

  it('registers and recovers over two processes that share the token, and through a kill', async () => {
    const device = bench.device();
    expect((await device.setPassword(password)).status).toBe(201);
    expect((await bench.device(bench.apis[1], device.subject).recover(password)).status).toBe(200);
    expect((await device.recover('wrong')).status).toBe(401);
    await bench.apis[1]!.kill('SIGKILL');
    const fresh = await bench.start();
    expect((await bench.device(fresh, device.subject).recover(password)).status).toBe(200);
    // an account without a record takes the same way through the token
    expect((await bench.device(fresh).recover(password)).status).toBe(401);
  });

  it('keeps no key file, and neither PIN nor keys are told', async () => {
    expect(existsSync(join(bench.home, 'keys'))).toBe(false);
    const claims = (await bench.device().call('GET', '/v1/claims')).body;
    expect(claims['sealing']).toMatchObject({ kind: 'pkcs11', oldestKeyAt: expect.any(String) });
    expect(claims['limits']).toContainEqual(expect.stringContaining('a backup that was taken of the HSM'));
    expect(JSON.stringify(claims['limits'])).not.toContain('key file is');
    for (const api of bench.apis) expect(api.log()).not.toContain(pin);
  });

  it('goes over to a new key that another process made in the token, and the former one is destroyed there', async () => {
    const device = bench.device();
    expect((await device.setPassword(password)).status).toBe(201);
    await bench.sql(`UPDATE sealing_epochs SET created_at = created_at - interval '8 days'`);
    const ended = `SELECT epoch FROM sealing_epochs WHERE destroyed_at IS NOT NULL`;
    await expect.poll(() => bench.sql(ended), { timeout: 60_000, interval: 200 }).toEqual([{ epoch: 1 }]);
    for (const api of bench.apis.filter(({ pid }) => isRunning(pid))) {
      expect((await bench.device(api, device.subject).recoverPatiently(password)).status).toBe(200);
      expect((await bench.device(api).recoverPatiently(password)).status).toBe(401);
    }
    const fresh = await bench.start();
    expect((await bench.device(fresh, device.subject).recoverPatiently(password)).status).toBe(200);
  });

  it('is not ready while the token is unplugged, counts no guess, and serves again when it is back', async () => {
    const device = bench.device();
    expect((await device.setPassword(password)).status).toBe(201);
    const attempt = await device.beginAttempt(password);
    const api = bench.apis[0]!;
    const plugIn = await hsm.unplug();
    const ready = async () =>
      fetch(`${api.url}/health/ready`).then(async (answer) => [answer.status, await answer.text()]);
    await expect.poll(async () => (await ready())[0], { timeout: 30_000 }).toBe(503);
    expect((await ready())[1]).toMatch(/"name":"sealing","status":"unavailable","detail":"[^"]*token/);
    const refused = await device.startLogin(attempt);
    expect([refused.status, refused.body.code]).toEqual([503, 'service-unavailable']);
    await plugIn();
    await expect.poll(async () => (await ready())[0], { timeout: 30_000 }).toBe(200);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
    const resumed = await device.startLogin(attempt);
    expect(resumed.status).toBe(201);
    const { ke3 } = (await device.finishAttempt(attempt, resumed.body.ke2, resumed.body))!;
    expect((await device.finishLogin(attempt.loginId, ke3)).status).toBe(200);
  });

  it('refuses to start without its token, with a wrong PIN or with another token, and says why (D16)', async () => {
    hsm.newToken('empty');
    await expect(bench.start({ COFFER_PKCS11_TOKEN: 'missing' })).rejects.toThrow(/no token labelled \\"missing\\"/);
    const wrong = { COFFER_PKCS11_PIN_FILE: '', COFFER_PKCS11_PIN: 'a-wrong-pin' };
    const refused = await bench.start(wrong).catch((error: unknown) => String(error));
    expect(refused).toMatch(/CKR_PIN_INCORRECT/);
    expect(refused).not.toContain('a-wrong-pin');
    const { pin: other } = hsm.newToken('another');
    const foreign = { COFFER_PKCS11_TOKEN: 'another', COFFER_PKCS11_PIN_FILE: '', COFFER_PKCS11_PIN: other };
    const [{ root }] = (await bench.sql<{ root: string }>(
      `SELECT encode(sealing_root_id, 'hex') AS root FROM vault_state`,
    )) as [{ root: string }];
    await expect(bench.start(foreign)).rejects.toThrow(new RegExp(`the root key ${root} is not in the token`));
  });
});
