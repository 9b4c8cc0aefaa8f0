import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runAdmin, type AdminRun } from './admin-process';
import type { VaultBench } from './vault-bench';

/** A plan of repair as `coffer-admin repair plan` prints it. */
export type PrintedPlan = Record<string, unknown> & { readonly plan: string };

/** Members of staff at the command line of a bench's vault. */
export class StaffRepair {
  /** What the processes that they run are given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #bench: VaultBench;
  readonly #reason: string;

  /** @param reason - that they give for what they approve */
  constructor(bench: VaultBench, reason: string) {
    this.#bench = bench;
    this.#reason = reason;
    this.environment = {
      COFFER_HOME: bench.home,
      DATABASE_URL: bench.server.url,
      COFFER_ISSUER: bench.issuer.url,
    };
  }

  /** Runs `coffer-admin` to its end. */
  admin(...args: string[]): Promise<AdminRun> {
    return runAdmin([...args, '--json'], this.environment);
  }

  /** A file with the access token of a member of staff. */
  async tokenOf(subject: string, change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const file = join(this.#bench.home, `token-${subject}`);
    const token = await this.#bench.issuer.token(subject, { roles: ['coffer-staff'], ...change });
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    return file;
  }

  async approve(plan: string, subject: string, change: Readonly<Record<string, unknown>> = {}): Promise<AdminRun> {
    const token = await this.tokenOf(subject, change);
    return this.admin('repair', 'approve', plan, '--token-file', token, '--reason', this.#reason);
  }

  /** Makes the plan, or names the one there is. */
  async plan(): Promise<PrintedPlan> {
    const run = await this.admin('repair', 'plan');
    expect([run.exitCode, run.lines.length]).toEqual([0, 1]);
    return run.lines[0] as PrintedPlan;
  }

  /** The whole of it: planned, approved by two, applied. */
  async repair(): Promise<PrintedPlan> {
    const planned = await this.plan();
    for (const subject of ['ann', 'bob']) expect((await this.approve(planned.plan, subject)).exitCode).toBe(0);
    expect((await this.admin('repair', 'apply', planned.plan)).exitCode).toBe(0);
    return planned;
  }
}
