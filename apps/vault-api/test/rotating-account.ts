import { newUuid } from '@coffer/foundation';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CofferDevice, type CofferRun } from './coffer-device';
import type { VaultBench } from './vault-bench';

/** Whose backup key opens the account's backups. */
export type KeyInForce = 'former' | 'next';

/** An account with a backup under 64 digits, on a real device that holds them and rotates the key again and again. */
export class RotatingAccount {
  readonly subject: string;
  readonly device: CofferDevice;
  readonly root: string;
  /** What is backed up. */
  readonly source: string;
  readonly #bench: VaultBench;
  #keys = 1;

  private constructor(bench: VaultBench, subject: string, root: string, device: CofferDevice) {
    this.#bench = bench;
    this.subject = subject;
    this.root = root;
    this.device = device;
    this.source = join(root, 'phone');
  }

  /** @param content - of the one file that is backed up */
  static async backUp(bench: VaultBench, folder: string, content: Uint8Array): Promise<RotatingAccount> {
    const subject = newUuid();
    const root = mkdtempSync(join(folder, 'account-'));
    const device = await CofferDevice.signIn(bench, subject, join(root, 'device'));
    const account = new RotatingAccount(bench, subject, root, device);
    mkdirSync(account.source);
    writeFileSync(join(account.source, 'db'), content);
    account.requireDone(await device.run(['setup', '--digits', '--key-out', account.former, '--accept-loss']));
    account.requireDone(await device.run(['backup', account.source, '--store', 'vault:']));
    return account;
  }

  /** File with the digits of the key that was in force before the rotation at hand. */
  get former(): string {
    return join(this.root, `key-${this.#keys}`);
  }

  /** File that the digits of the next key are written to. */
  get next(): string {
    return join(this.root, `key-${this.#keys + 1}`);
  }

  /** `coffer keyslots rotate` to the next key. */
  get rotate(): readonly string[] {
    return ['keyslots', 'rotate', '--digits', '--key-out', this.next, '--yes'];
  }

  /** The rotation at hand is over: the next one starts from its key. */
  advance(): void {
    this.#keys += 1;
  }

  requireDone(run: CofferRun): void {
    expect([run.code, run.error, run.errors]).toEqual([0, undefined, '']);
  }

  /** Another device of the same person that has seen nothing. */
  freshDevice(): Promise<CofferDevice> {
    return CofferDevice.signIn(this.#bench, this.subject, mkdtempSync(join(this.root, 'fresh-')));
  }

  /** Restores on a fresh device with the digits of a file. @returns its exit code; 0 only where the bytes are the same */
  async restores(key: string): Promise<number | null> {
    const fresh = await this.freshDevice();
    const out = join(mkdtempSync(join(this.root, 'out-')), 'all');
    const { code } = await fresh.run(['restore', '--store', 'vault:', '--key', key, '--out', out]);
    const source = readFileSync(join(this.source, 'db'));
    if (code === 0) expect(readFileSync(join(out, 'phone/db')).equals(source)).toBe(true);
    return code;
  }

  /** All that is old works, or all that is new: which of the two. A key that was not recorded yet is not in force. */
  async inForce(): Promise<KeyInForce> {
    const former = await this.restores(this.former);
    const next = existsSync(this.next) ? await this.restores(this.next) : 3;
    expect([
      [0, 3],
      [3, 0],
    ]).toContainEqual([former, next]);
    await this.#requireProvenKeyslot();
    return former === 0 ? 'former' : 'next';
  }

  /** The account is never without a keyslot that was proven for the very key that it names, and has none of another key. */
  async #requireProvenKeyslot(): Promise<void> {
    const rows = await this.#bench.sql<{ isOfKey: boolean; isProven: boolean; kind: string }>(
      `SELECT k.key_id = a.key_id AS "isOfKey", k.proven_at IS NOT NULL AS "isProven", k.kind
       FROM accounts a JOIN keyslots k ON k.account_id = a.account_id AND k.state = 'active' WHERE a.subject = '${this.subject}'`,
    );
    expect(rows.some(({ kind }) => kind !== 'passkey')).toBe(true);
    for (const row of rows) expect(row).toMatchObject({ isOfKey: true, isProven: true });
  }
}
