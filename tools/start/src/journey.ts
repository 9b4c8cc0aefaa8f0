import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRunCoffer, runCoffer, type CliLine, type CliRun } from './coffer-cli';
import { findFolder, folderBytes, hashFolder } from './compare-folders';
import type { Platform } from './platform';
import { approveDevice } from './approve-device';

type Say = (line: string) => void;

/**
 * The whole journey, through the same programs that people use: plaintext backup, keyslots, encrypted backup, proof, purge
 * with certificate, restore on a new device, comparison.
 *
 * @param signal - ends the journey with the step that it is at
 * @throws Error on the first step that does not hold; nothing is skipped
 */
export async function walkJourney(platform: Platform, signal: AbortSignal, say: Say): Promise<void> {
  const walk = new Journey(platform, signal, say);
  await walk.findPlaintext();
  await walk.signIn('first device', walk.firstDevice);
  await walk.setUp();
  await walk.backUp();
  await walk.startPurge();
  await walk.awaitPurge();
  await walk.checkCertificates();
  await walk.checkLedger();
  await walk.restoreOnNewDevice();
  await walk.compare();
}

/** The first steps alone: a sample account with proven keyslots and one encrypted backup, for whoever tries the portal. */
export async function prepareBackup(
  platform: Platform,
  signal: AbortSignal,
  say: Say,
): Promise<{ readonly passwordFile: string }> {
  const walk = new Journey(platform, signal, say);
  await walk.signIn('first device', walk.firstDevice);
  await walk.setUp();
  await walk.backUp();
  return { passwordFile: walk.passwordFile };
}

class Journey {
  readonly firstDevice: string;
  private readonly newDevice: string;
  readonly passwordFile: string;
  private readonly restored: string;
  private readonly certificates: string;
  private plaintext = new Map<string, string>();
  private step = 0;

  constructor(
    private readonly platform: Platform,
    private readonly signal: AbortSignal,
    private readonly say: Say,
  ) {
    const below = (name: string): string => join(platform.home, name);
    this.firstDevice = below('device-1');
    this.newDevice = below('device-2');
    this.restored = below('restored');
    this.certificates = below('certificates');
    this.passwordFile = below('sample-password');
    writeFileSync(this.passwordFile, `${randomBytes(15).toString('base64url')}\n`, { mode: 0o600 });
  }

  async findPlaintext(): Promise<void> {
    this.plaintext = await hashFolder(this.platform.sample.cloudFolder);
    if (this.plaintext.size === 0) throw new Error('the sample account has no plaintext backup to begin with');
    this.report(
      'plaintext backups',
      `${this.plaintext.size} files, ${bytes(folderBytes(this.platform.sample.cloudFolder))} readable by anyone who has the folder`,
    );
  }

  async signIn(what: string, home: string): Promise<void> {
    const onLine = (line: CliLine): void => {
      if (line.type !== 'device-code') return;
      void approveDevice(
        this.platform.urls.identity,
        String(line['verificationUriComplete']),
        this.platform.sample.username,
      ).catch((error: unknown) => this.say(`  approving the device failed: ${String(error)}`));
    };
    const summary = await this.coffer(['login', '--deployment', this.platform.deploymentFile, '--home', home], {
      onLine,
    });
    this.report(`sign in (${what})`, `account ${String(summary['accountId'])}`);
  }

  async setUp(): Promise<void> {
    const keyFile = join(this.firstDevice, 'recorded-key');
    const args = [
      'setup',
      '--digits',
      '--key-out',
      keyFile,
      '--password',
      '--password-file',
      this.passwordFile,
      '--accept-loss',
    ];
    const summary = await this.coffer([...args, '--home', this.firstDevice]);
    this.report('keyslots', `${String(summary['keyslots'])} proven, key id ${String(summary['keyId'])}`);
  }

  async backUp(): Promise<void> {
    const { deviceFolder } = this.platform.sample;
    const summary = await this.coffer(['backup', deviceFolder, '--store', 'vault:', '--home', this.firstDevice]);
    const drill = await this.coffer(['verify', '--store', 'vault:', '--home', this.firstDevice]);
    if (drill['isProven'] !== true) throw new Error('the vault did not take the proof that the backup can be restored');
    const stored = figures(summary, ['files', 'conversations', 'messages', 'bytes', 'storedBytes']);
    this.report('encrypted backup', `${stored}; read back, and proven to the vault`);
  }

  async startPurge(): Promise<void> {
    const summary = await this.coffer(['purge', 'start', '--yes', '--home', this.firstDevice]);
    this.report('proof and purge', figures(summary, ['found', 'takenIn', 'proven', 'objectsRead', 'bytesRead']));
  }

  async awaitPurge(): Promise<void> {
    mkdirSync(this.certificates, { recursive: true });
    const args = [
      'purge',
      'status',
      '--wait',
      '--timeout',
      '120',
      '--certificates',
      this.certificates,
      '--home',
      this.firstDevice,
    ];
    const summary = await this.coffer(args);
    const left = await hashFolder(this.platform.sample.cloudFolder);
    if (left.size > 0) throw new Error(`plaintext is left in the cloud folder: ${[...left.keys()].join(', ')}`);
    this.report(
      'purge',
      `${figures(summary, ['found', 'done', 'waiting', 'kept', 'failed'])}; the cloud folder is empty`,
    );
  }

  async checkCertificates(): Promise<void> {
    const files = readdirSync(this.certificates).map((name) => join(this.certificates, name));
    if (files.length === 0) throw new Error('the purge gave no certificate');
    for (const file of files) {
      await this.coffer(['certificate', 'verify', file, '--home', this.firstDevice]);
      const changed = readFileSync(file);
      const at = Math.floor(changed.length / 2);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const forged = join(this.platform.home, 'forged-certificate.json');
      writeFileSync(forged, changed);
      const { exitCode } = await runCoffer(['certificate', 'verify', forged, '--home', this.firstDevice], {
        signal: this.signal,
      });
      if (exitCode !== 4) throw new Error(`a certificate with one changed byte gives exit code ${exitCode}, not 4`);
    }
    this.report('certificate', `${files.length} verified off-line, refused after one changed byte`);
  }

  async checkLedger(): Promise<void> {
    const summary = await this.coffer(['ledger', 'check', '--home', this.firstDevice]);
    this.report('ledger', figures(summary, ['events', 'treeSize']));
  }

  async restoreOnNewDevice(): Promise<void> {
    await this.signIn('new device', this.newDevice);
    const args = ['restore', '--store', 'vault:', '--password-file', this.passwordFile, '--out', this.restored];
    const summary = await this.coffer([...args, '--home', this.newDevice]);
    this.report('restore', figures(summary, ['files', 'bytes']));
  }

  async compare(): Promise<void> {
    const { deviceFolder } = this.platform.sample;
    const restoredFolder = findFolder(this.restored, deviceFolder);
    if (restoredFolder === undefined) throw new Error('the restored backup holds no folder of that name');
    const original = await hashFolder(deviceFolder);
    const restored = await hashFolder(restoredFolder);
    for (const [path, hash] of original) {
      if (restored.get(path) !== hash) throw new Error(`restored ${path} differs from the original`);
    }
    const everything = new Set((await hashFolder(this.restored)).values());
    for (const [path, hash] of this.plaintext) {
      if (!everything.has(hash))
        throw new Error(`the bytes of the deleted plaintext backup ${path} are not in the restored backup`);
    }
    this.report(
      'compare',
      `${original.size} files of the phone and ${this.plaintext.size} deleted plaintext backups come back byte for byte`,
    );
    this.say('\nThe history is back, and no plaintext copy is left.');
  }

  /** One command that must succeed. */
  private coffer(args: readonly string[], run: CliRun = {}): Promise<CliLine> {
    this.signal.throwIfAborted();
    return mustRunCoffer(args, { ...run, signal: this.signal });
  }

  private report(name: string, figure: string): void {
    this.step += 1;
    this.say(`${String(this.step).padStart(2)}. ${name.padEnd(24)} ${figure}`);
  }
}

function figures(summary: CliLine, names: readonly string[]): string {
  const shown = names.filter((name) => summary[name] !== undefined);
  return shown.map((name) => `${name} ${Number(summary[name]).toLocaleString('en')}`).join(', ');
}

function bytes(count: number): string {
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
