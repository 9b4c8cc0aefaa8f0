import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;

beforeAll(async () => {
  bench = await startBench(1, {}, { ownServer: true });
});
afterAll(async () => bench.stop());

/** What a check of /health/ready complains of; undefined where it does not. */
async function complaint(name: string): Promise<string | undefined> {
  const answer = await fetch(`${bench.apis[0]!.url}/health/ready`);
  const { checks } = (await answer.json()) as { checks: { name: string; status: string; detail?: string }[] };
  const { status, detail } = checks.find((check) => check.name === name)!;
  expect(answer.status === 200).toBe(checks.every((check) => check.status === 'ok'));
  return status === 'ok' ? undefined : detail;
}

/** How the start of one more process ends; it must not become ready. */
async function refusal(environment: Readonly<Record<string, string>>): Promise<string> {
  return bench.start(environment).then(
    () => 'it started',
    (error: unknown) => String(error),
  );
}

describe('a vault-api process', () => {
  it('A26: does not start where the clock of the database is a minute behind its own', async () => {
    const shifted = 'const now = Date.now; Date.now = () => now() + 60_000;';
    const said = await refusal({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shifted)}` });
    expect(said).toMatch(/clock-off/);
    expect(said).toMatch(/clock is (59|60|61) s behind this machine's/);
  });

  it("does not start beside another vault's deployment.json, and leaves it as it was", async () => {
    const file = join(bench.home, 'deployment.json');
    const own = await readFile(file, 'utf8');
    const other = own.replace(/"vaultId": ".{4}/, '"vaultId": "AAAA');
    await writeFile(file, other);
    expect(await refusal({})).toContain('deployment-differs');
    expect(await readFile(file, 'utf8')).toBe(other);
    await writeFile(file, own);
  });

  it('says why it cannot start also where a part fails that the framework makes', async () => {
    const said = await refusal({ COFFER_REPOSITORY_STORE: 's3://' });
    expect(said).toMatch(/ended with 1/);
    expect(said).toMatch(/"code":"invalid-url".*"vault-api cannot start"/);
  });

  it('is not ready where its database was exchanged for that of another vault', async () => {
    expect(await complaint('keys')).toBeUndefined();
    const [row] = await bench.sql<{ id: string }>(`SELECT encode(vault_id, 'hex') AS id FROM vault_state`);
    await bench.sql(`UPDATE vault_state SET vault_id = decode(repeat('ab', 16), 'hex')`);
    expect(await complaint('keys')).toContain('holds another vault');
    await bench.sql(`UPDATE vault_state SET vault_id = decode('${row!.id}', 'hex')`);
    expect(await complaint('keys')).toBeUndefined();
  });

  it('is not ready while the anchors are silent, says for how long, and is again once they answer', async () => {
    const anchor = join(bench.home, 'anchor');
    await rename(anchor, `${anchor}.away`);
    await writeFile(anchor, 'a file where the anchor should be');
    await expect
      .poll(async () => complaint('anchor'), { timeout: 60_000 })
      .toMatch(/acknowledged nothing for \d\d s; guesses are refused/);
    await rm(anchor);
    await rename(`${anchor}.away`, anchor);
    await expect.poll(async () => complaint('anchor'), { timeout: 60_000 }).toBeUndefined();
  });
});
