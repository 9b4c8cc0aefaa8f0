import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proofSample } from '@coffer/test-kit';
import { startDriveFake, startICloudFake, startWebDavFake } from '@coffer/test-kit/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createReporter } from '../src/output/reporter';
import { createProgram } from '../src/program';
import { hashes, run } from './run-coffer';

let folder: string;
let source: string;
const closes: (() => Promise<void>)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-stores-'));
  source = join(folder, 'source');
  mkdirSync(source);
  // More than one part of an upload to Drive, and more than one asset of iCloud.
  writeFileSync(join(source, 'large.bin'), randomBytes(9_000_000));
  writeFileSync(join(source, 'text.txt'), 'a message');
});
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Journey {
  readonly store: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly login: readonly string[];
  readonly secret: string;
  /** Ends what the device was given, as time or the person can. */
  readonly signOut: () => void;
}

/** One command line in this process: those that need no worker threads. @returns its lines */
async function inProcess(args: readonly string[], environment: Journey['environment']): Promise<string> {
  let printed = '';
  const stdout = { write: (text: string) => ((printed += text), true) };
  const reporter = createReporter({ json: true, stdout, stderr: stdout });
  const program = createProgram({ reporter, signal: new AbortController().signal });
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    await program.parseAsync([...args, '--json'], { from: 'user' });
  } finally {
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    }
  }
  return printed;
}

async function webdav(): Promise<Journey> {
  const authorization = `Basic ${Buffer.from('anna:secret-word').toString('base64')}`;
  const fake = await startWebDavFake({ authorization });
  closes.push(() => fake.close());
  return {
    store: `webdav+${fake.url}/backups`,
    environment: { COFFER_WEBDAV_PASSWORD: 'secret-word' },
    login: ['--user', 'anna'],
    secret: 'secret-word',
    signOut: () => fake.faults.arm({ kind: 'refuse', status: 401, times: Number.POSITIVE_INFINITY }),
  };
}

async function drive(): Promise<Journey> {
  const fake = await startDriveFake();
  closes.push(() => fake.close());
  return {
    store: 'drive:appdata',
    environment: {
      COFFER_DRIVE_URL: fake.origin,
      COFFER_DRIVE_CLIENT_ID: 'fake-client',
      COFFER_DRIVE_CLIENT_SECRET: 'fake-client-secret',
    },
    login: [],
    secret: 'refresh-1',
    signOut: () => fake.accounts.revokeAll(),
  };
}

async function icloud(): Promise<Journey> {
  const fake = await startICloudFake();
  closes.push(() => fake.close());
  const address = join(folder, 'address');
  const query = new URLSearchParams({ ckWebAuthToken: fake.tokens.issue(), ckSession: 'x' });
  writeFileSync(address, `https://example.org/callback?${query.toString()}\n`);
  return {
    store: `icloud:${fake.container}`,
    environment: { COFFER_ICLOUD_URL: fake.origin, COFFER_ICLOUD_API_TOKEN: 'fake-api-token' },
    login: ['--token-file', address],
    secret: 'web+/',
    signOut: () => fake.tokens.revoke(),
  };
}

/** A process costs seconds: each run restores from one of them, the long run from all. */
const restores = proofSample('restores from stores', ['WebDAV', 'Google Drive', 'iCloud'], 1);

describe('coffer with a store of the person', { timeout: 120_000 }, () => {
  it.each([
    ['WebDAV', webdav],
    ['Google Drive', drive],
    ['iCloud', icloud],
  ])('signs in at %s, backs up and restores, and says so when the sign-in has ended', async (name, start) => {
    const { store, environment, login, secret, signOut } = await start();
    const here = join(folder, name);
    const home = ['--home', join(here, 'home')];
    const common = ['--store', store, '--key', join(here, 'key'), ...home];
    mkdirSync(here);

    const init = ['init', '--store', store, '--key-out', join(here, 'key'), ...home];
    await expect(inProcess(init, {})).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:not-signed-in|access-denied)$/) as string,
      message: expect.stringContaining('coffer login --store') as string,
    });
    const said = await inProcess(['login', '--store', store, ...login, ...home], environment);
    expect(said).toContain('"signedIn":true');
    expect(said).not.toContain(secret);
    const [kept] = readdirSync(join(here, 'home/stores'));
    expect(statSync(join(here, 'home/stores', kept!)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(here, 'home/stores', kept!), 'utf8')).toContain(secret);

    rmSync(join(here, 'key'), { force: true });
    await inProcess(init, {});
    const backup = await run(['backup', source, ...common, '--json']);
    expect(backup.code, backup.printed).toBe(0);
    expect(backup.printed).not.toContain(secret);
    expect(await inProcess(['snapshots', ...common], {})).toContain('"files":2');
    if (restores.includes(name)) {
      const restored = await run(['restore', '--out', join(here, 'out'), ...common, '--json']);
      expect(restored.code, restored.printed).toBe(0);
      expect(hashes(join(here, 'out/source'))).toEqual(hashes(source));
      expect(restored.printed).not.toContain(secret);
    }

    signOut();
    await expect(inProcess(['snapshots', ...common], {})).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('coffer login --store') as string,
    });
    await inProcess(['logout', '--store', store, ...home], {});
    expect(readdirSync(join(here, 'home/stores'))).toEqual([]);
  });
});
