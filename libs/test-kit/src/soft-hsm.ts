import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** Where Debian puts the library. */
const modulePath = '/usr/lib/softhsm/libsofthsm2.so';

/** A folder of SoftHSM tokens. Programs find it by `environment`; this process has it set, too. */
export interface SoftHsm {
  /** Path of the PKCS#11 library. */
  readonly module: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a token with a PIN of its own. A library that is in use sees it when it begins anew. */
  newToken(label: string): { readonly label: string; readonly pin: string };
  /** Takes every token out, as if somebody pulled the HSM. @returns puts them back */
  unplug(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/**
 * A `describe` that needs SoftHSM 2 and the package that speaks to it, which is built where a compiler is. Without them the block is
 * skipped with one visible line; where CI=true it fails instead.
 *
 * @param define - defines the tests; it is called only where both are there
 */
export function describeWithSoftHsm(name: string, define: () => void): void {
  const why = whyNoToken();
  if (why === undefined) {
    describe(name, define);
    return;
  }
  if (process.env['CI'] === 'true') throw new Error(`${name}: ${why}`);
  process.stderr.write(`SKIPPED ${name}: ${why}\n`);
  describe.skip(name, () => it('needs SoftHSM', () => undefined));
}

function whyNoToken(): string | undefined {
  if (!existsSync(modulePath)) return `no SoftHSM at ${modulePath} (apt-get install softhsm2)`;
  try {
    createRequire(import.meta.url).resolve('pkcs11js');
    return undefined;
  } catch {
    return 'the package pkcs11js was not built (apt-get install g++ make python3, then npm ci)';
  }
}

/** Makes an empty folder of tokens, and has this process use it. */
export async function startSoftHsm(): Promise<SoftHsm> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-hsm-'));
  const tokens = join(folder, 'tokens');
  await mkdir(tokens);
  const configuration = join(folder, 'softhsm2.conf');
  await writeFile(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF: configuration };
  Object.assign(process.env, environment);
  return {
    module: modulePath,
    folder,
    environment,
    newToken: (label) => {
      const [pin, officer] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
      const token = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', officer];
      execFileSync('softhsm2-util', token, { env: { ...process.env, ...environment }, stdio: 'ignore' });
      return { label, pin };
    },
    unplug: async () => {
      const names = await readdir(tokens);
      const drawer = join(folder, 'drawer');
      await mkdir(drawer, { recursive: true });
      for (const name of names) await rename(join(tokens, name), join(drawer, name));
      return async () => {
        for (const name of names) await rename(join(drawer, name), join(tokens, name));
      };
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
