import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
}, 180_000);
afterAll(() => bench.stop());

describe('a first claim by password', () => {
  it('activates, recovers, and gives the same answers to identical retries', async () => {
    const device = bench.device();
    const activated = await device.setPassword('correct horse');
    expect([activated.status, activated.text]).toEqual([201, expect.stringContaining('attemptsRemaining')]);
    const recovered = await device.recover('correct horse');
    expect([recovered.status, recovered.text]).toEqual([200, expect.stringContaining('sealedBackupKey')]);
    expect(await device.budget()).toEqual({ attemptsRemaining: 10, nextAttemptAt: null });
    const wrong = await device.recover('battery staple');
    expect([wrong.status, wrong.body['code'], wrong.body['attemptsRemaining']]).toEqual([401, 'wrong-guess', 9]);
  });
});
